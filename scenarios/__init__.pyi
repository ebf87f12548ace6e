from .checks import built_topology as built_topology
from .errors import Problem as Problem, ScenarioError as ScenarioError
from .expectations import Expectation as Expectation, Outcome as Outcome, evaluate as evaluate
from .kinds import KINDS as KINDS
from .loading import load as load, resolved_yaml as resolved_yaml, scenario_hash as scenario_hash
from .plugins import Plugins as Plugins
from .running import RunFailed as RunFailed, RunOutcome as RunOutcome, run as run
from .schema import Scenario as Scenario, json_schema as json_schema
from .study import Study as Study, study_of as study_of
from .sweep_folder import Sweep as Sweep, SweepRun as SweepRun
from .sweeping import sweep as sweep
from .trial import Trial as Trial, Tried as Tried
