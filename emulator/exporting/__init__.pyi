from .errors import MissingTool as MissingTool
from .event_file import EventFile as EventFile
from .export import EXPORTS as EXPORTS, Export as Export
from .graph import result_graph as result_graph
from .scalars import Scalars as Scalars, scalars as scalars
from .trace import trace as trace
