"""Pack, scale and merge models: what a packet carries, and what becomes of models at a node.

No network here. Three holders of uneven data train, and their models are merged, round after round. The result is made
smaller in several ways, and evaluated as it would arrive.
"""

from wayfare.models import (
    MLP,
    Digits,
    Dirichlet,
    Scale,
    TrainingJob,
    TrainingPlan,
    evaluate,
    merge,
    named_streams,
    pack_model,
    scale_model,
    split_data,
    train,
    unpack_model,
)

streams = named_streams(1)  # all that is random, by name, from one seed
digits = Digits().load(streams)
split = split_data(digits, Dirichlet(alpha=0.5), ["a", "b", "c"], streams)
structure = MLP(hidden=(32,)).structure(digits.shape, digits.classes)
mean = structure.initial(seed=1)

# Federated averaging by hand: each holder trains the mean of the round before, and the results are averaged again.
# A job's result depends on nothing but the job, so jobs of one signature are computed together.
plan = TrainingPlan(steps=10, batch_size=20, learning_rate=0.2)
sizes = [len(shard) for shard in split.train.values()]
for number in range(1, 11):
    jobs = [TrainingJob(mean, shard, plan, seed=number) for shard in split.train.values()]
    trained = [result.model for result in train(jobs)]
    mean = merge(trained, sizes)
    if number in (1, 10):
        print(f"round {number}")
        for name, size, model in zip(split.train, sizes, trained, strict=True):
            print(f"  {name}, with {size} samples: accuracy {evaluate(model, split.test).accuracy:.3f}")
        print(f"  their mean: accuracy {evaluate(mean, split.test).accuracy:.3f}")

print("as it travels:")
for scale in (Scale(), Scale(bits=16), Scale(bits=8), Scale(bits=4), Scale(sparsity=0.75), Scale(width=0.5)):
    scaled, report = scale_model(mean, scale)
    payload = pack_model(scaled)  # a safetensors file
    arrived = unpack_model(payload, scaled.structure)  # what the next node has
    said = f"{scale.bits:2} bits, sparsity {scale.sparsity:.2f}, width {scale.width:.1f}"
    accuracy = evaluate(arrived, split.test).accuracy
    print(f"  {said}: {len(payload)} bytes, error {report.error:.4f}, accuracy {accuracy:.3f}")
