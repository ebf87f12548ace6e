"""Mistakes in the file of a network experiment: each gives its line, key and what would have been right."""

import pytest

TIME = "write a number and a unit of time (s, ns, us, ms, min, h), for example '5 ms'"
BIT_RATE = "write a number and a unit of bit rate (bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s), for example '100 Mbit/s'"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # Unknown keys and names.
        ("name: two", "nam: two", "1: nam: unknown key 'nam'; did you mean 'name'? allowed: name, topology, seed, "),
        ("start:", "begin:", "9: traffic.transfers.0.begin: unknown key 'begin'; allowed: from, to, size, start"),
        (
            "delay:",
            "latency:",
            "5: topology.links.0.latency: unknown key 'latency'; allowed: between, rate, delay, duplex, sharing, loss, "
            "medium",
        ),
        ("tier: edge}, b", "tier: egde}, b", "3: topology.nodes.a.tier: unknown name 'egde'; did you mean 'edge'?"),
        ("cut-through", "cutthrough", "7: traffic.forwarding: unknown name 'cutthrough'; did you mean 'cut-through'?"),
        ("cut-through", "true", "7: traffic.forwarding: unknown name true; allowed: whole-packet, fragments, cut"),
        (
            "flows.last_end",
            "flows.lastend",
            "11: expect.0: unknown figure 'flows.lastend'; did you mean 'flows.last_end'?",
        ),
        # Units.
        ("100 Mbit/s", "100", f"5: topology.links.0.rate: 100 has no unit; {BIT_RATE}"),
        ("100 Mbit/s", "'100'", f"5: topology.links.0.rate: '100' has no unit; {BIT_RATE}"),
        ("100 Mbit/s", "100 Mbps", f"5: topology.links.0.rate: unknown unit 'Mbps'; did you mean 'Mbit/s'? {BIT_RATE}"),
        ("5 ms", "5 m", f"5: topology.links.0.delay: 'm' is a unit of distance, not of time; {TIME}"),
        ("5 ms", "soon", f"5: topology.links.0.delay: 'soon' is not a time; {TIME}"),
        ("5 ms", ".nan", f"5: topology.links.0.delay: nan is not a finite number; {TIME}"),
        ("5 ms", ".inf", f"5: topology.links.0.delay: inf is not a finite number; {TIME}"),
        ("5 ms", "inf s", f"5: topology.links.0.delay: 'inf s' is not a time; {TIME}"),
        ("5 ms", "[5 ms]", f"5: topology.links.0.delay: a list is not a time; {TIME}"),
        ("0.9 s", "0.9", f"11: expect.0: flows.last_end: 0.9 has no unit; {TIME}"),
        # Ranges.
        (
            "100 Mbit/s",
            "-1 Mbit/s",
            "5: topology.links.0.rate: '-1 Mbit/s' is out of range; it must be more than 0 bit/s",
        ),
        ("100 Mbit/s", "0 bit/s", "5: topology.links.0.rate: '0 bit/s' is out of range; it must be more than 0 bit/s"),
        ("5 ms", "-5 ms", "5: topology.links.0.delay: '-5 ms' is out of range; it must be at least 0 s"),
        ("10 MB", "1.5 B", "9: traffic.transfers.0.size: '1.5 B' is no whole number of B"),
        (
            "start: 0 s",
            "start: 99999999 h",
            "9: traffic.transfers.0.start: '99999999 h' is out of range; it must be at most ",
        ),
        # Types.
        ("two-nodes", "5", "1: name: is 5; it must be text: put it in quotes, '5'"),
        ("two-nodes", "", "1: name: is nothing; it must be text"),
        (
            "two-nodes",
            "two nodes",
            "1: name: 'two nodes' is not allowed: name of the scenario, which its runs carry: up to",
        ),
        ("two-nodes", "[a]", "1: name: is a list; it must be text"),
        ("[a, b]", "a", "5: topology.links.0.between: is 'a'; it must be a list, for example [a, b]"),
        ("[a, b]", "[a]", "5: topology.links.0.between: has 1 item; it must have 2"),
        ("[a, b]", "[a, b, a]", "5: topology.links.0.between: has 3 items; it must have 2"),
        ("[a, b]", "[a, 1]", "5: topology.links.0.between.1: is 1; it must be text: put it in quotes, '1'"),
        (
            "{from: a, to: b, size: 10 MB, start: 0 s}",
            "a to b",
            "9: traffic.transfers.0: is 'a to b'; it must be a mapping",
        ),
        (
            "{a: {tier: edge}, b: {tier: edge}}",
            "[a, b]",
            "3: topology.nodes: is a list; it must be a mapping of keys to",
        ),
        ("{a: {tier: edge}, b: {tier: edge}}", "{}", "3: topology.nodes: has 0 items; it must have at least 1"),
        (
            "a: {tier: edge}",
            "a: {tier: edge, position: [1 m]}",
            "3: topology.nodes.a.position: has 1 item; it must have 2",
        ),
        ("  - flows", "  flows: flows", "10: expect: is a mapping; it must be a list, for example [a, b]"),
        # Missing.
        ("name: two-nodes\n", "", "1: name: is missing: name of the scenario"),
        (", size: 10 MB", "", "9: traffic.transfers.0.size: is missing: how much"),
        ("a: {tier: edge}", "a: {}", "3: topology.nodes.a.tier: is missing: what kind of node it is"),
        ("    - {from: a, to: b, size: 10 MB, start: 0 s}", "    []", "1: there is nothing to run: give 'learning', "),
        # Nodes and links.
        ("to: b", "to: bb", "9: traffic.transfers.0.to: unknown node 'bb'; did you mean 'b'? allowed: a, b"),
        ("from: a", "from: c", "9: traffic.transfers.0.from: unknown node 'c'; allowed: a, b"),
        ("to: b", "to: a", "9: traffic.transfers.0.to: 'a' also sends it; a transfer needs two different nodes"),
        ("[a, b]", "[a, c]", "5: topology.links.0.between.1: unknown node 'c'; allowed: a, b"),
        ("[a, b]", "[a, a]", "5: topology.links.0: links 'a' to itself; a link joins two different nodes"),
        (
            "    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}\n",
            "    - {between: [a, b]}\n    - {between: [b, a]}\n",
            "6: topology.links.1: 'b' and 'a' are already linked by topology.links.0; keep one of them",
        ),
        (
            "\n    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}",
            " []",
            "2: topology: the graph is in 2 parts without a link between them: 'a' cannot reach 'b'",
        ),
        (
            "delay: 5 ms",
            "medium: radio",
            "5: topology.links.0: a radio link has no rate of its own; section 'cells' decides",
        ),
        (
            "rate: 100 Mbit/s, delay: 5 ms",
            "medium: radio",
            "5: topology.links.0: link 'a' - 'b': a radio link joins a device",
        ),
        # Routing.
        (
            "traffic:",
            "routing: {rate_weight: 2}\ntraffic:",
            "6: routing: rate_weight is only for metric 'mix', and the metric is 'hops'",
        ),
        # Expectations.
        ("<=", "=<", "11: expect.0: unknown comparison '=<'; did you mean '<='? allowed: <=, >=, ==, !=, <, >"),
        (
            "<=",
            "is about",
            "11: expect.0: 'flows.last_end is about 0.9 s' is not of the form KEY OPERATOR VALUE, for example",
        ),
        ("flows.last_end <= 0.9 s", "5", "11: expect.0: 5 is not of the form KEY OPERATOR VALUE"),
        (
            "flows.last_end <= 0.9 s",
            "energy.total <= 5 s",
            "11: expect.0: energy.total: 's' is a unit of time, not of energy",
        ),
        (
            "flows.last_end <= 0.9 s",
            "flows.count == 1.5",
            "11: expect.0: flows.count is a count: '1.5' is not a whole number",
        ),
        (
            "flows.last_end <= 0.9 s",
            "accuracy.final >= 0.9",
            "11: expect.0: nothing learns here, so there is no accuracy.final; add 'learning' or leave it out",
        ),
    ],
)
def test_a_mistake_in_a_network_experiment_is_named(problems, texts, changed, old, new, message):
    found = problems(changed(texts["network"], old, new))
    assert any(line.startswith(f"x.scenario.yaml:{message}") for line in found), found


def test_repeated_keys_are_all_named_with_the_line_of_the_first(problems, texts, changed):
    text = changed(texts["network"], "name: two-nodes\n", "name: two-nodes\nname: other\n").replace(
        "to: b", "to: b, to: a"
    )
    assert problems(text) == [
        "x.scenario.yaml:2: name: duplicate key; it already stands on line 1",
        "x.scenario.yaml:10: traffic.transfers.0.to: duplicate key; it already stands on line 10",
    ]
