using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.State.Tests;

/// <summary>
/// Images of programs with typed references, wide memories and exceptions, of which a peer has changed the skeleton: each ends in an
/// ImageException or in a program that is consistent.
/// </summary>
public sealed class HostileProposalTests
{
    // In the middle of each program.
    private const long SafePoint = 4;

    [Theory]
    [InlineData("typed references in locals, globals and tables")]
    [InlineData("a memory and a table of 64-bit addresses")]
    [InlineData("exceptions of every kind, kept and thrown again")]
    public void Every_byte_of_outline_stack_and_exceptions_may_be_changed(string scenario)
    {
        using FrozenImage image = Freeze(scenario);
        int refused = 0;
        int tried = 0;
        foreach (ImagePart part in image.Layout.Parts.Where(p => p.Kind is PartKind.StoreOutline or PartKind.Stack or PartKind.Exceptions))
        {
            byte[] content = TamperedSource.Content(image, part.Number);
            for (int i = 0; i < content.Length; i++)
            {
                foreach (byte change in (byte[])[0x01, 0x80, 0xFF])
                {
                    byte[] changed = [.. content];
                    changed[i] ^= change;
                    tried++;
                    refused += IsRefused(image, part.Number, changed) ? 1 : 0;
                }

                Assert.True(IsRefused(image, part.Number, content[..i]), $"{part.Describe()} that ends at byte {i} is accepted");
            }
        }

        Assert.InRange(refused, tried / 4, tried);
    }

    [Fact]
    public void A_typed_reference_to_a_function_of_another_type_is_refused()
    {
        using FrozenImage image = Freeze("typed references in locals, globals and tables");
        ImagePart table = image.Layout.Parts.Single(p => p.Kind == PartKind.Table);
        byte[] content = TamperedSource.Content(image, table.Number);
        content.AsSpan(0, 8).Clear();
        content[0] = (byte)Reference.OfFunction(4);
        Assert.True(IsRefused(image, table.Number, content));
        content[0] = (byte)Reference.OfFunction(3);
        Assert.False(IsRefused(image, table.Number, content));
    }

    [Fact]
    public void A_reference_to_an_exception_that_is_not_there_is_refused()
    {
        using FrozenImage image = Freeze("exceptions of every kind, kept and thrown again");
        ImagePart table = image.Layout.Parts.Single(p => p.Kind == PartKind.Table);
        byte[] content = TamperedSource.Content(image, table.Number);
        content[0] += 50;
        Assert.True(IsRefused(image, table.Number, content));
    }

    [Fact]
    public void Exceptions_that_nothing_refers_to_do_not_travel()
    {
        using var context = new RuntimeContext(NewConfigure());
        ModuleInstance instance = Scenario.Named("exceptions of every kind, kept and thrown again").Instantiate(context);
        context.Call(instance, "throws_with_reference", 100);
        Assert.Equal(100, context.Store.Exceptions.Count);
        var program = new RunningProgram(context, new PendingCall(instance.Function("run").Address, [1000]));
        using FrozenImage image = ProgramCapture.Capture(program);
        using RunningProgram moved = ImageTransfer.Restore(image, NewConfigure());
        Assert.Equal(0, moved.Context.Store.Exceptions.Count);
        Assert.Equal(100UL, moved.Context.Store.Exceptions.LastReference);
    }

    private static FrozenImage Freeze(string name)
    {
        var scenario = Scenario.Named(name);
        var context = new RuntimeContext(NewConfigure());
        ModuleInstance instance = scenario.Instantiate(context);
        var program = new RunningProgram(context, new PendingCall(instance.Function(scenario.Export).Address, scenario.Arguments));
        context.Interruption.RequestAfter(SafePoint);
        Assert.Equal(ProgramStatus.Suspended, program.Run());
        return ProgramCapture.Capture(program);
    }

    private static bool IsRefused(FrozenImage image, int part, byte[] content)
    {
        try
        {
            using var source = new TamperedSource(new Borrowed(image), part, content);
            ImageTransfer.Restore(source, NewConfigure()).Dispose();
            return false;
        }
        catch (ImageException)
        {
            return true;
        }
    }

    private static Configure NewConfigure() => new()
    {
        Engine = context => new InterpreterEngine(context),
        HostModules = [_ => new FakeHostModule("host").With("add", Add)],
    };

    private static HostOutcome Add(in HostCall call)
    {
        call.Results[0] = (uint)(call.Arguments[0] + call.Arguments[1]);
        return HostOutcome.Completed;
    }
}
