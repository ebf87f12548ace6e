"""What the short sources of cases stand for. A source that is not here is a closed form, written out."""

SOURCES: dict[str, str] = {
    "TR 38.901 7.4.1": "3GPP TR 38.901 v16.1, clause 7.4.1, Table 7.4.1-1: path loss models.",
    "TR 38.901 7.4.2": "3GPP TR 38.901 v16.1, clause 7.4.2, Table 7.4.2-1: probability of line of sight.",
    "TR 38.901 7.4.4": "3GPP TR 38.901 v16.1, clause 7.4.4: exp(-dx / dcorr) of the shadow fading; UMi, LOS: 10 m.",
    "MathWorks nrPathLoss": "MathWorks 5G Toolbox, documentation of nrPathLoss: its example of an RMa link.",
    "k T B": "k T B at 290 K, with Boltzmann's constant of the SI; a noise figure adds to it.",
    "TR 38.803 5.2.7": "3GPP TR 38.803, clause 5.2.7, as in ITU-R M.2101: truncated Shannon bound.",
    "TR 38.901 7.6.4.2": "3GPP TR 38.901 v16.1, clause 7.6.4.2, blockage model B: one edge, half of the field.",
    "TR 37.885 6.2.1": "3GPP TR 37.885 v15.3, Table 6.2.1-1; values at 5 GHz from the tests of ns-3's V2V models.",
    "TS 38.331 5.5.4.4": "3GPP TS 38.331, clause 5.5.4.4: event A3, two equal cells with a slope of 35.3 log d.",
    "Auer et al. 2011": "Auer et al., How Much Energy is Needed to Run a Wireless Network?, 2011, eq. (1), Table 2.",
    "SimGrid 3.32": "SimGrid 3.32.0, CM02 and LV08 with cross-traffic, network/optim:Full, precision 1e-9; "
    "benchmarks/oracles.",
    "ns-3.44": "ns-3.44, NewReno, each segment acknowledged, windows from 10 segments of 1448 B; benchmarks/oracles. "
    "Windows of whole segments and no queue: within 20 %.",
    "Gilbert-Elliott": "Gilbert 1960 and Elliott 1963: loss pB (1 - h) + pG (1 - k), pB = p / (p + r); .01 and .1.",
    "insensitivity": "M/M/1/K, (1 - rho) rho^K / (1 - rho^(K+1)), whatever the sizes where a queue is shared fairly "
    "(Kelly, Reversibility and Stochastic Networks, 3.3); here rho is 0.8 and sizes are fixed.",
    "TS 38.306 4.1.2": "3GPP TS 38.306, clause 4.1.2: maximum data rate.",
    "TS 38.214 5.1.3.1": "3GPP TS 38.214, Tables 5.1.3.1-1 and 5.1.3.1-2: the spectral efficiency printed there.",
    "ITU-R P.676-12": "ITU-R P.676-12, Annex 1: gaseous attenuation at 15 °C, 1013.25 hPa and 7.5 g/m³, total.",
    "max-min fairness": "Bertsekas and Gallager, Data Networks, 2nd edition, 6.5.2: max-min fair rates.",
    "Bonald-Roberts 2015": "Bonald and Roberts, Multi-Resource Fairness, SIGMETRICS 2015: bottleneck max fairness.",
    "Kleinrock 1976": "Kleinrock, Queueing Systems II, 4.4: M/G/1 with processor sharing, E[T|x] = x / (C (1 - rho)) "
    "whatever the distribution of sizes; here rho is 0.5.",
    "Pollaczek-Khinchine": "Pollaczek-Khinchine, Kleinrock, Queueing Systems I, 5.6: M/G/1 first come, first served.",
    "McMahan et al. 2017": "McMahan et al., AISTATS 2017, arXiv 1602.05629: with one client, federated averaging is "
    "that client's own training.",
}
