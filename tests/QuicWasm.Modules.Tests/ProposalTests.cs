using static QuicWasm.Modules.Tests.WasmBytes;

namespace QuicWasm.Modules.Tests;

/// <summary>What proposals beyond 2.0 allow, and what they still refuse.</summary>
public sealed class ProposalTests
{
    [Theory]
    [InlineData(new byte[] { 0, 0x12, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x12, 0, 0x6A, 0x0B }, "type mismatch")]
    [InlineData(new byte[] { 0, 0x12, 9, 0x0B }, "unknown function 9")]
    [InlineData(new byte[] { 0, 0x41, 0, 0x13, 0, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x41, 0, 0x13, 0, 1, 0x0B }, "unknown table 1")]
    public void Tail_calls_are_validated(byte[] code, string? refusal) => Expect(refusal, Functions(code));

    [Fact]
    public void A_tail_call_needs_the_results_of_its_function() => Expect("type mismatch: tail call", Module(
        Section(1, [2, 0x60, 0, 0, 0x60, 0, 1, 0x7F]), Section(3, [2, 0, 1]), Section(10, [2, 4, 0, 0x12, 1, 0x0B, 4, 0, 0x41, 0, 0x0B])));

    private static void Expect(string? refusal, byte[] binary)
    {
        if (refusal is null)
        {
            _ = ModuleLoader.Load(binary);
            return;
        }

        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary));
        Assert.Equal(ModuleError.Invalid, exception.Error);
        Assert.StartsWith(refusal, exception.Detail, StringComparison.Ordinal);
    }
}
