using QuicWasm.Runtime;

namespace QuicWasm.Testing;

/// <summary>What every engine must do. A test project derives a class for each engine; nothing here knows which one it is.</summary>
public abstract partial class EngineConformance
{
    /// <summary>Nothing here should take long; this is for a machine that is busy with other things.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Makes the engine under test.</summary>
    protected abstract IEngine CreateEngine(RuntimeContext context);

    /// <summary>Makes an engine that is to go on with stacks of the one under test; the same kind unless a class says otherwise.</summary>
    protected virtual IEngine CreateOtherEngine(RuntimeContext context) => CreateEngine(context);

    /// <summary>A runtime with the engine under test and a host module "host".</summary>
    protected RuntimeContext NewContext(Func<FakeHostModule, FakeHostModule>? host = null) => new(Options(CreateEngine, host));

    /// <summary>Runs on a thread of its own, which must come to an end.</summary>
    protected static void RunOnThread(Action action, int maxStackBytes = 0)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            maxStackBytes)
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Deadline), "the computation did not end in time");
        if (failure is not null)
        {
            Assert.Fail(failure.ToString());
        }
    }

    private static Configure Options(Func<RuntimeContext, IEngine> engine, Func<FakeHostModule, FakeHostModule>? host) => new()
    {
        Engine = engine,
        MaxMemoryBytes = 16 << 20,
        MaxStackBytes = 1 << 20,
        HostModules = [_ => (host ?? AddOnly)(new FakeHostModule("host"))],
    };

    private static FakeHostModule AddOnly(FakeHostModule host) => host.With("add", static (in call) =>
    {
        call.Results[0] = (uint)(call.Arguments[0] + call.Arguments[1]);
        return HostOutcome.Completed;
    });

    private static ModuleInstance Load(RuntimeContext context, string program) => context.Instantiate(TestPrograms.Load(program), program);
}
