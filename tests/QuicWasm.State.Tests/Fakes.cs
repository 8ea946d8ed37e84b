using System.Collections.Immutable;
using System.Text;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>An engine that executes nothing: it suspends with stacks that it is given, and remembers what it was asked to resume.</summary>
internal sealed class StubEngine : IEngine
{
    public string Name => "stub";

    public Queue<CallStack> Suspensions { get; } = new();

    public List<CallStack> Resumed { get; } = [];

    public List<int> Invoked { get; } = [];

    public Action? OnRun { get; set; }

    public ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        Invoked.Add(function.Address);
        return Next(results);
    }

    public ExecutionOutcome Resume(CallStack stack, Span<ulong> results)
    {
        Resumed.Add(stack);
        return Next(results);
    }

    public void Dispose()
    {
    }

    private ExecutionOutcome Next(Span<ulong> results)
    {
        OnRun?.Invoke();
        if (Suspensions.TryDequeue(out CallStack? stack))
        {
            return new ExecutionOutcome(stack);
        }

        results.Fill(42);
        return ExecutionOutcome.Completed;
    }
}

/// <summary>A host module with state: what it has been told.</summary>
internal sealed class FakeHost(string name = "host", bool refuses = false) : IHostModule
{
    public string Name { get; } = name;

    public List<ulong> Notes { get; private set; } = [];

    public bool IsDisposed { get; private set; }

    public bool CannotCapture { get; set; }

    public HostFunction? Resolve(string name, FunctionType type) => name == "note" ? Note : null;

    public byte[] CaptureState() => CannotCapture
        ? throw new HostStateException("a socket is open")
        : Notes.Count == 0 ? [] : Encoding.UTF8.GetBytes("1 " + string.Join(' ', Notes));

    public void RestoreState(ReadOnlySpan<byte> state)
    {
        if (refuses)
        {
            throw new HostStateException("the folder \"data\" is not here");
        }

        Notes = [.. Encoding.UTF8.GetString(state).Split(' ').Skip(1).Select(ulong.Parse)];
    }

    public void Dispose() => IsDisposed = true;

    private HostOutcome Note(in HostCall call)
    {
        Notes.Add(call.Arguments[0]);
        return HostOutcome.Completed;
    }
}

/// <summary>Serves parts of an image to a lazily resumed program, and remembers what was asked for.</summary>
internal sealed class RecordingFetcher(IImageSource source, ProgramRestore target) : IPartFetcher
{
    public List<(PartKind Kind, ulong Offset, ulong Length)> Fetched { get; } = [];

    public bool IsCut { get; set; }

    public void Fetch(int part, ulong offset, ulong lengthBytes)
    {
        if (IsCut)
        {
            throw new TrapException(TrapKind.PartUnavailable, "the memory node is away");
        }

        Fetched.Add((source.Layout.Parts[part].Kind, offset, lengthBytes));
        var bytes = new byte[lengthBytes];
        source.Read(part, offset, bytes);
        target.Write(part, offset, bytes);
    }
}

/// <summary>A program of two modules with something of everything, and what belongs to it.</summary>
internal sealed class SampleProgram
{
    public SampleProgram(Func<Configure, Configure>? change = null)
    {
        Configure configure = NewConfigure(out Func<FakeHost> host);
        var context = new RuntimeContext(change?.Invoke(configure) ?? configure);
        Main = context.Instantiate(Samples.LoadMain(), "main");
        Side = context.Instantiate(Samples.LoadSide(), "side");
        Second = context.Instantiate(Main.Module);
        Host = host();
        Host.Notes.AddRange([3, 1, 4]);
        Fill();
        Program = new RunningProgram(context, new PendingCall(Main.Function("run").Address, [20]), new PendingCall(Main.Function("_start").Address));
    }

    public RunningProgram Program { get; }

    public ModuleInstance Main { get; }

    public ModuleInstance Side { get; }

    /// <summary>A second instance of the first one's module, not registered.</summary>
    public ModuleInstance Second { get; }

    public FakeHost Host { get; }

    public StubEngine Engine => (StubEngine)Program.Context.Engine;

    public static Configure NewConfigure(out Func<FakeHost> host)
    {
        FakeHost? made = null;
        host = () => made!;
        return new Configure
        {
            Engine = _ => new StubEngine(),
            HostModules = [_ => made = new FakeHost()],
        };
    }

    public static Configure NewConfigure() => NewConfigure(out _);

    /// <summary>Two frames: <c>run</c> waits for <c>step</c>, which is at its beginning.</summary>
    public CallStack MakeStack()
    {
        ResumePointTable run = ResumePoints.Of(Main.Module, 1);
        ResumePointTable step = ResumePoints.Of(Main.Module, 0);
        ResumePoint afterCall = Enumerable.Range(0, run.Count).Select(i => run[i]).First(p => (p.Kinds & ResumePointKinds.AfterCall) != 0);
        return new CallStack(
        [
            new Frame(Main.Functions[2].Address, afterCall.Pc, [20, 5], []),
            new Frame(Main.Functions[1].Address, step[0].Pc, [5], ImmutableArray<ulong>.Empty),
        ]);
    }

    /// <summary>Runs until the stub engine suspends with <see cref="MakeStack"/>, and captures.</summary>
    public FrozenImage Freeze()
    {
        Suspend();
        return ProgramCapture.Capture(Program);
    }

    public void Suspend()
    {
        Engine.Suspensions.Enqueue(MakeStack());
        Assert.Equal(ProgramStatus.Suspended, Program.Run());
    }

    private void Fill()
    {
        MemoryInstance memory = Main.Memory("memory");
        memory.Grow(3);
        new Random(1).NextBytes(memory.Span(70_000, 50_000));
        memory.Span(4 * 65536, 3)[2] = 9;
        Main.Table("table").Grow(2, Reference.OfFunction(Side.Function("look").Address));
        Side.Tables[1].Set(1, 77);
        Main.Global("sum").Low = 0xDEAD_BEEF;
        Main.Globals[4].Low = 55;
        Second.Elements[1].Drop();
        Side.Datas[0].Drop();
    }
}
