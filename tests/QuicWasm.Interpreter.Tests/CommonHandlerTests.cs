namespace QuicWasm.Interpreter.Tests;

/// <summary>What most programs use is compiled before they ask for it.</summary>
public sealed class CommonHandlerTests
{
    private static readonly HandlerKey[] Common = [.. CommonHandlers.Keys()];

    [Fact]
    public void Each_is_named_once() => Assert.Equal(Common.Length, Common.Distinct().Count());

    [Fact]
    public async Task Whoever_needs_one_while_they_are_made_gets_the_same_as_everybody()
    {
        Task<nint[]>[] users = [.. Enumerable.Range(0, 4).Select(n => Task.Run(() => Resolve(n), TestContext.Current.CancellationToken))];
        await Task.WhenAll(Task.Run(InterpreterEngine.Prepare, TestContext.Current.CancellationToken), Task.Run(InterpreterEngine.Prepare, TestContext.Current.CancellationToken));
        nint[] prepared = Resolve(0);
        Assert.DoesNotContain(0, prepared);
        Assert.Equal(prepared.Length, prepared.Distinct().Count());
        Assert.All(await Task.WhenAll(users), handlers => Assert.Equal(prepared, handlers));
    }

    // One by one, from another one on each time.
    private static nint[] Resolve(int first)
    {
        nint[] handlers = new nint[Common.Length];
        for (int i = 0; i < Common.Length; i++)
        {
            int at = (i + (first * Common.Length / 4)) % Common.Length;
            HandlerFactory.Resolve([Common[at]], handlers.AsSpan(at, 1));
        }

        return handlers;
    }
}
