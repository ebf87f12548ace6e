from .errors import NotRecorded as NotRecorded
from .flow_story import FlowStory as FlowStory, Hop as Hop, Interval as Interval, tell_flow as tell_flow
from .link_story import DirectionStory as DirectionStory, LinkStory as LinkStory, tell_link as tell_link
from .node_story import NodeStory as NodeStory, tell_node as tell_node
from .sending import Sending as Sending
