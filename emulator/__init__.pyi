from .clock import Clock as Clock, Turn as Turn
from .compute import Processor as Processor
from .laws import LawBroken as LawBroken
from .learning import Curriculum as Curriculum, Learning as Learning
from .links import DEFAULT_LINKS as DEFAULT_LINKS, Link as Link, LinkClass as LinkClass
from .mailbox import Mailbox as Mailbox
from .meter import Meter as Meter
from .network import FluidNetwork as FluidNetwork
from .failures import NodeDown as NodeDown, SendFailed as SendFailed
from .node import Node as Node
from .nodes import DEFAULT_NODES as DEFAULT_NODES, NodeClass as NodeClass
from .packets import ModelPacket as ModelPacket, PacketError as PacketError
from .routing import ForwardingTables as ForwardingTables, NoRoute as NoRoute
from .sharing import Demand as Demand, share as share
from .transport import Transport as Transport
from .wiring import Wiring as Wiring, WiringError as WiringError, wire as wire
from .experiment import Experiment as Experiment, Lesson as Lesson
from .world import World as World
from .planned import PlannedTransfer as PlannedTransfer
from .changes import Change as Change, VaryingLinks as VaryingLinks
from .rates import LinkRates as LinkRates
