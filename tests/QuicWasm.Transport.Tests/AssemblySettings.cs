// Tests count the handles of the process, and measure deadlines.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
