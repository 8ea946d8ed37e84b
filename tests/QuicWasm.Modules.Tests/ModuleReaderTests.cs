using static QuicWasm.Modules.Tests.WasmBytes;

namespace QuicWasm.Modules.Tests;

public sealed class ModuleReaderTests
{
    private static readonly byte[] Names = [0, 3, .. Name("mo"), 1, 4, 1, 7, .. Name("f")];

    [Fact]
    public void A_module_with_every_section_is_decoded()
    {
        Module module = ModuleReader.Read(Module(
            Section(1, Vector([0x60, 2, 0x7F, 0x7E, 1, 0x7D])),
            Section(2, Vector([.. Name("m"), .. Name("f"), 0, 0], [.. Name("m"), .. Name("g"), 3, 0x7F, 0])),
            Section(3, Vector([0])),
            Section(4, Vector([0x70, 1, 1, 5])),
            Section(5, Vector([0, 2])),
            Section(6, Vector([0x7E, 1, 0x42, 0x7F, 0x0B])),
            Section(7, Vector([.. Name("e"), 2, 0])),
            Section(8, 1),
            Section(9, Vector([0, 0x41, 0, 0x0B, 2, 0, 1])),
            Section(12, 2),
            Section(10, Vector([2, 0, 0x0B])),
            Section(11, Vector([0, 0x41, 8, 0x0B, 3, 1, 2, 3], [1, 1, 9])),
            Custom("name", Names)));

        Assert.Equal("[i32 i64] -> [f32]", Assert.Single(module.Types).ToString());
        Assert.Equal(new ImportDeclaration("m", "f", ExternalKind.Function, 0), module.Imports[0]);
        Assert.Equal(new GlobalType(ValueType.I32, false), module.Imports[1].Global);
        Assert.Equal((0, 2, true), (module.Functions[0].TypeIndex, module.Functions[0].LengthBytes, module.Functions[0].IsPresent));
        Assert.Equal(new TableType(ValueType.FuncRef, new Limits(1, 5)), Assert.Single(module.Tables).Type);
        Assert.Equal(new MemoryType(new Limits(2, null)), Assert.Single(module.Memories));
        Assert.Equal(ulong.MaxValue, module.Globals[0].Initializer.Instructions[0].Low);
        Assert.Equal(new ExportDeclaration("e", ExternalKind.Memory, 0), Assert.Single(module.Exports));
        Assert.Equal(1, module.StartFunction);
        Assert.Equal([0UL, 1UL], module.Elements[0].Items.Select(item => item.Instructions[0].Low));
        Assert.Equal([1, 2, 3], module.Datas[0].Bytes.ToArray());
        Assert.Equal(SegmentMode.Passive, module.Datas[1].Mode);
        Assert.Equal((2, "mo", "f"), (module.DataCount, module.Names.Module, module.Names.Functions[7]));
        Assert.Equal(13, module.Map.Sections.Length);
    }

    [Fact]
    public void The_identity_of_a_module_is_the_hash_of_its_binary() => Assert.Equal(
        "93A44BBB96C751218E4C00D479E4C14358122A389ACCA16205B1E4D0DC5F9476", Convert.ToHexString(ModuleReader.Read(Header).Sha256.AsSpan()));

    [Fact]
    public void A_malformed_name_section_counts_as_absent() =>
        Assert.Empty(ModuleReader.Read(Module(Custom("name", 1, 4, 9, 9, 9, 9))).Names.Functions);

    [Theory]
    [InlineData(1, 10_000_000, ModuleError.LimitExceeded)]
    [InlineData(2, 2_000_000, ModuleError.LimitExceeded)]
    [InlineData(3, 4_000_000_000, ModuleError.LimitExceeded)]
    [InlineData(4, 200_000, ModuleError.LimitExceeded)]
    [InlineData(5, 101, ModuleError.LimitExceeded)]
    [InlineData(6, 2_000_000, ModuleError.LimitExceeded)]
    [InlineData(7, 2_000_000, ModuleError.LimitExceeded)]
    [InlineData(9, 2_000_000, ModuleError.LimitExceeded)]
    [InlineData(11, 200_000, ModuleError.LimitExceeded)]
    [InlineData(12, 200_000, ModuleError.LimitExceeded)]
    [InlineData(1, 900_000, ModuleError.Malformed)]
    [InlineData(6, 900_000, ModuleError.Malformed)]
    public void A_count_that_is_too_large_is_refused_before_anything_is_allocated(byte section, uint count, ModuleError expected)
    {
        byte[] binary = Module(Section(section, U32(count)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(expected, Assert.Throws<ModuleException>(() => ModuleReader.Read(binary)).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x0B }, ModuleError.LimitExceeded)]
    [InlineData(new byte[] { 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 1, 0x7F, 0x0B }, ModuleError.Malformed)]
    [InlineData(new byte[] { 1, 0xD1, 0x86, 3, 0x7F, 0x0B }, ModuleError.LimitExceeded)]
    [InlineData(new byte[] { 1, 0xD0, 0x86, 3, 0x7F, 0x0B }, null)]
    public void Locals_over_the_limit_are_refused(byte[] code, ModuleError? expected)
    {
        ModuleException? exception = Record.Exception(() => ModuleLoader.Load(Functions(code))) as ModuleException;
        Assert.Equal(expected, exception?.Error);
        Assert.True(exception is null || exception.Detail.StartsWith("too many locals", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0xFB, 0, 0, 0x0B }, "GarbageCollection")]
    [InlineData(new byte[] { 0, 0xD0, 0x70, 0xD0, 0x70, 0xD3, 0x1A, 0x0B }, "GarbageCollection")]
    [InlineData(new byte[] { 0, 0xFE, 0, 0, 0x0B }, "Threads")]
    [InlineData(new byte[] { 0, 0x12, 0, 0x0B }, "TailCalls")]
    [InlineData(new byte[] { 0, 0x08, 0, 0x0B }, "ExceptionHandling")]
    [InlineData(new byte[] { 0, 0xD4, 0x0B }, "FunctionReferences")]
    [InlineData(new byte[] { 0, 0xFD, 0x80, 0x02, 0x0B }, "RelaxedSimd")]
    [InlineData(new byte[] { 0, 0xD0, 0x6E, 0x1A, 0x0B }, "GarbageCollection")]
    public void What_a_later_proposal_brought_is_unsupported_by_name(byte[] code, string proposal)
    {
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(Functions(code), ModuleFeatures.Wasm2));
        Assert.Equal(ModuleError.Unsupported, exception.Error);
        Assert.Contains(proposal, exception.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_garbage_collection_in_a_constant_expression_it_is_said_too()
    {
        ModuleException exception = Assert.Throws<ModuleException>(
            () => ModuleLoader.Load((byte[])[.. Header, 6, 8, 1, 0x6F, 0, 0x41, 0, 0xFB, 0x1C, 0x0B]));
        Assert.Equal(ModuleError.Unsupported, exception.Error);
        Assert.Contains("GarbageCollection", exception.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_exceptions_as_they_were_before_it_is_said_what_to_do()
    {
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(Functions([0, 0x06, 0x40, 0x19, 0x0B, 0x0B])));
        Assert.Equal(ModuleError.Malformed, exception.Error);
        Assert.Contains("--translate-to-exnref", exception.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proposal_that_is_switched_off_is_unsupported()
    {
        var features = new ModuleFeatures(Proposals.Wasm2 & ~Proposals.Simd);
        byte[] binary = Functions([0, 0x41, 0, 0xFD, 0x11, 0x1A, 0x0B]);
        Assert.Equal(ModuleError.Unsupported, Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary, features)).Error);
        _ = ModuleLoader.Load(binary);
    }
}
