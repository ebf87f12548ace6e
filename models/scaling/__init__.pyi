from .bits import scale_bits as scale_bits
from .choice import scale_to as scale_to
from .growth import deepen as deepen, widen as widen
from .nesting import nested_places as nested_places, part as part, put_back as put_back
from .rank import scale_rank as scale_rank
from .report import Footprint as Footprint, ScaleReport as ScaleReport, footprint as footprint
from .scale import Choices as Choices, Scale as Scale
from .scaler import scale_model as scale_model
from .sizes import lengthened as lengthened, resized as resized, shortened as shortened
from .sparsity import sparsify as sparsify
