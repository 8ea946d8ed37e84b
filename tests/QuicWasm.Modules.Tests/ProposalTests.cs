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

    // Each is what follows the type of a global: 0 is an i32 constant before it, 1 the global itself.
    [Theory]
    [InlineData(new byte[] { 0x41, 1, 0x41, 2, 0x6A, 0x0B }, null)]
    [InlineData(new byte[] { 0x41, 1, 0x23, 0, 0x6B, 0x41, 3, 0x6C, 0x0B }, null)]
    [InlineData(new byte[] { 0x23, 1, 0x0B }, "unknown global 1")]
    [InlineData(new byte[] { 0x41, 1, 0x6A, 0x0B }, "type mismatch")]
    [InlineData(new byte[] { 0x42, 1, 0x42, 1, 0x7C, 0x0B }, "type mismatch")]
    [InlineData(new byte[] { 0x41, 1, 0x41, 1, 0x71, 0x0B }, "constant expression required")]
    public void Constant_expressions_compute_and_see_the_globals_before_them(byte[] expression, string? refusal) =>
        Expect(refusal, Module(Section(6, [2, 0x7F, 0, 0x41, 5, 0x0B, 0x7F, 0, .. expression])));

    [Theory]
    [InlineData(new byte[] { 0x23, 0, 0x0B }, "unknown global 0")]
    [InlineData(new byte[] { 0x41, 1, 0x41, 2, 0x6A, 0x0B }, "constant expression required")]
    public void In_the_features_of_2_0_constant_expressions_do_neither(byte[] expression, string refusal) =>
        Expect(refusal, Module(Section(6, [2, 0x7F, 0, 0x41, 5, 0x0B, 0x7F, 0, .. expression])), ModuleFeatures.Wasm2);

    [Theory]
    [InlineData(new byte[] { 0, 0x41, 0, 0x28, 0x42, 1, 0, 0x1A, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x41, 0, 0x28, 0x42, 2, 0, 0x1A, 0x0B }, "unknown memory 2")]
    [InlineData(new byte[] { 0, 0x41, 0, 0x28, 0x43, 1, 0, 0x1A, 0x0B }, "alignment must not be larger")]
    [InlineData(new byte[] { 0, 0x3F, 1, 0x1A, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x3F, 2, 0x1A, 0x0B }, "unknown memory 2")]
    [InlineData(new byte[] { 0, 0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 10, 1, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 10, 1, 2, 0x0B }, "unknown memory 2")]
    [InlineData(new byte[] { 0, 0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 11, 2, 0x0B }, "unknown memory 2")]
    public void Memories_are_named_by_their_index(byte[] code, string? refusal)
    {
        byte[] binary = TwoMemories(code);
        Expect(refusal, binary);
        Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary, ModuleFeatures.Wasm2));
    }

    [Fact]
    public void In_the_features_of_2_0_there_is_one_memory() => Expect("multiple memories", TwoMemories([0, 0x0B]), ModuleFeatures.Wasm2);

    [Theory]
    [InlineData(new byte[] { 0, 0x20, 0, 0x20, 0, 0x20, 0, 0xFD, 0x85, 2, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x20, 0, 0x20, 0, 0xFD, 0x93, 2, 0x0B }, "type mismatch")]
    public void Relaxed_vector_instructions_are_validated(byte[] code, string? refusal) =>
        Expect(refusal, FunctionsOfType([0x60, 1, 0x7B, 1, 0x7B], code));

    private static byte[] TwoMemories(byte[] code) => Module(
        Section(1, Vector([0x60, 0, 0])), Section(3, Vector([0])), Section(5, Vector([0, 1], [0, 1])), Section(10, Vector([(byte)code.Length, .. code])));

    private static void Expect(string? refusal, byte[] binary, ModuleFeatures? features = null)
    {
        if (refusal is null)
        {
            _ = ModuleLoader.Load(binary);
            return;
        }

        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary, features));
        Assert.Equal(ModuleError.Invalid, exception.Error);
        Assert.StartsWith(refusal, exception.Detail, StringComparison.Ordinal);
    }
}
