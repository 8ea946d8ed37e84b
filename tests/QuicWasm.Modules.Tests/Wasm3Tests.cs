using static QuicWasm.Modules.Tests.WasmBytes;

namespace QuicWasm.Modules.Tests;

/// <summary>Typed references, 64-bit memories and tables, and exceptions: what is valid, and what is refused and why.</summary>
public sealed class Wasm3Tests
{
    private static readonly byte[] Nothing = [0x60, 0, 0];

    [Theory]
    [InlineData(new byte[] { 0, 0xD0, 0, 0x14, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0xD0, 0x70, 0x14, 0, 0x0B }, "type mismatch: (ref null 0) expected, funcref found")]
    [InlineData(new byte[] { 0, 0xD0, 0, 0x14, 1, 0x0B }, "unknown type 1")]
    [InlineData(new byte[] { 0, 0xD0, 1, 0x1A, 0x0B }, "unknown type 1")]
    [InlineData(new byte[] { 0, 0xD0, 0, 0x15, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0xD0, 0, 0xD5, 0, 0x14, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0xD0, 0, 0xD6, 0, 0x0B }, "type mismatch: a label that takes a reference expected")]
    [InlineData(new byte[] { 0, 0x02, 0x64, 0, 0xD0, 0, 0xD6, 0, 0x00, 0x0B, 0x14, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0, 0x41, 0, 0xD4, 0x1A, 0x0B }, "type mismatch: a reference expected, i32 found")]
    [InlineData(new byte[] { 0, 0x00, 0xD4, 0x45, 0x1A, 0x0B }, "type mismatch: i32 expected")]
    [InlineData(new byte[] { 0, 0xD0, 0, 0xD1, 0x1A, 0x0B }, null)]
    public void Typed_references_are_validated(byte[] code, string? refusal) => Expect(refusal, Functions(code));

    // The local is (ref 0): it has no default.
    [Theory]
    [InlineData(new byte[] { 0x20, 0, 0x1A, 0x0B }, "uninitialized local 0")]
    [InlineData(new byte[] { 0xD0, 0, 0xD4, 0x21, 0, 0x20, 0, 0x1A, 0x0B }, null)]
    [InlineData(new byte[] { 0xD0, 0, 0xD4, 0x22, 0, 0x1A, 0x20, 0, 0x1A, 0x0B }, null)]
    [InlineData(new byte[] { 0x02, 0x40, 0xD0, 0, 0xD4, 0x21, 0, 0x0B, 0x20, 0, 0x1A, 0x0B }, "uninitialized local 0")]
    [InlineData(new byte[] { 0xD0, 0, 0x21, 0, 0x0B }, "type mismatch: (ref 0) expected, (ref null 0) found")]
    public void A_local_without_null_is_set_before_it_is_read(byte[] code, string? refusal) =>
        Expect(refusal, Functions([1, 1, 0x64, 0, .. code]));

    [Fact]
    public void A_type_mentions_itself_and_those_before_it_only()
    {
        Expect(null, Module(Section(1, Vector([0x60, 1, 0x63, 0, 0], [0x60, 1, 0x64, 0, 0]))));
        Expect("unknown type 1", Module(Section(1, Vector([0x60, 1, 0x64, 1, 0], Nothing))));
    }

    [Fact]
    public void Equal_types_with_different_indices_are_one_type()
    {
        byte[] code = [0, 0xD0, 0, 0x14, 1, 0x0B];
        byte[] Types(byte[] second) => Module(Section(1, Vector(Nothing, second)), Section(3, 1, 0), Section(10, Vector([(byte)code.Length, .. code])));
        Expect(null, Types(Nothing));
        Expect("type mismatch", Types([0x60, 0, 1, 0x7F]));
    }

    [Fact]
    public void Types_of_different_modules_have_one_number_where_they_are_equal()
    {
        var registry = new TypeRegistry();
        Module first = ModuleReader.Read(Module(Section(1, Vector(Nothing, [0x60, 1, 0x64, 1, 0], [0x60, 1, 0x64, 0, 0]))));
        Module second = ModuleReader.Read(Module(Section(1, Vector([0x60, 1, 0x64, 0, 0], Nothing, [0x60, 1, 0x64, 1, 0], [0x60, 1, 0x63, 1, 0]))));
        Assert.Equal([0, 1, 2], registry.Add(first.Types));
        Assert.Equal([1, 0, 2, 3], registry.Add(second.Types));
        Assert.Equal("[(ref 1)] -> []", registry.Types[1].ToString());
    }

    [Theory]
    [InlineData(new byte[] { 0x40, 0, 0x64, 0, 0, 1, 0xD2, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0x40, 0, 0x64, 0, 0, 1, 0xD0, 0, 0x0B }, "type mismatch: (ref 0) expected, (ref null 0) found")]
    [InlineData(new byte[] { 0x64, 0, 0, 1 }, "type mismatch: a table of (ref 0) needs initial elements")]
    public void A_table_of_references_without_null_needs_initial_elements(byte[] table, string? refusal) => Expect(
        refusal, Module(Section(1, Vector(Nothing)), Section(3, 1, 0), Section(4, [1, .. table]), Section(10, 1, 2, 0, 0x0B)));

    [Theory]
    [InlineData(new byte[] { 0x42, 0, 0x28, 2, 0, 0x1A }, null)]
    [InlineData(new byte[] { 0x41, 0, 0x28, 2, 0, 0x1A }, "type mismatch: i64 expected, i32 found")]
    [InlineData(new byte[] { 0x42, 0, 0x28, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0x1A }, null)]
    [InlineData(new byte[] { 0x41, 0, 0x28, 0x42, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1A }, "offset out of range")]
    [InlineData(new byte[] { 0x3F, 0, 0x42, 0, 0x7C, 0x1A }, null)]
    [InlineData(new byte[] { 0x42, 0, 0x41, 0, 0x42, 0, 0xFC, 11, 0 }, null)]
    [InlineData(new byte[] { 0x41, 0, 0x42, 0, 0x41, 0, 0xFC, 10, 1, 0 }, null)]
    [InlineData(new byte[] { 0x41, 0, 0x42, 0, 0x42, 0, 0xFC, 10, 1, 0 }, "type mismatch: i32 expected, i64 found")]
    public void Addresses_have_the_width_of_their_memory(byte[] code, string? refusal) => Expect(refusal, Module(
        Section(1, Vector(Nothing)), Section(3, 1, 0), Section(5, Vector([4, 1], [0, 1])), Section(10, Vector([(byte)(code.Length + 2), 0, .. code, 0x0B]))));

    [Theory]
    [InlineData(new byte[] { 4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40 }, null)]
    [InlineData(new byte[] { 4, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40 }, "memory size must be at most 2^48 pages")]
    [InlineData(new byte[] { 0, 0x81, 0x80, 4 }, "memory size must be at most 65536 pages")]
    [InlineData(new byte[] { 5, 2, 1 }, "size minimum must not be greater than maximum")]
    public void Limits_have_the_range_of_their_width(byte[] memory, string? refusal) => Expect(refusal, Module(Section(5, [1, .. memory])));

    [Fact]
    public void Flags_of_an_access_that_mean_nothing_are_malformed() =>
        Expect("malformed memop flags 0x80", Functions([0, 0x41, 0, 0x28, 0x80, 1, 0, 0x1A, 0x0B]), error: ModuleError.Malformed);

    // Tag 0 carries an i32.
    [Theory]
    [InlineData(new byte[] { 0x41, 0, 0x08, 0 }, null)]
    [InlineData(new byte[] { 0x08, 0 }, "type mismatch: i32 expected, the stack is empty")]
    [InlineData(new byte[] { 0x08, 1 }, "unknown tag 1")]
    [InlineData(new byte[] { 0xD0, 0x69, 0x0A }, null)]
    [InlineData(new byte[] { 0xD0, 0x70, 0x0A }, "type mismatch: exnref expected, funcref found")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 2, 0, 0x0B }, null)]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 3, 0, 0x0B }, "type mismatch: what a catch clause passes on")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 0, 0, 0, 0x0B }, "type mismatch: what a catch clause passes on")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 0, 1, 0, 0x0B }, "unknown tag 1")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 2, 1, 0x0B }, "unknown label 1")]
    [InlineData(new byte[] { 0x02, 0x7F, 0x1F, 0x40, 1, 0, 0, 0, 0x0B, 0x41, 1, 0x0B, 0x1A }, null)]
    [InlineData(new byte[] { 0x02, 0x69, 0x1F, 0x40, 1, 3, 0, 0x0B, 0x00, 0x0B, 0x1A }, null)]
    [InlineData(new byte[] { 0x02, 0x64, 0x69, 0x1F, 0x40, 1, 3, 0, 0x0B, 0x00, 0x0B, 0x1A }, null)]
    public void Exceptions_are_validated(byte[] code, string? refusal) => Expect(refusal, WithTag([0x60, 1, 0x7F, 0], code));

    [Fact]
    public void A_tag_has_no_results() => Expect("non-empty tag result type", WithTag([0x60, 0, 1, 0x7F], []));

    [Fact]
    public void Tags_stand_between_memories_and_globals() => Expect(
        "unexpected content after last section",
        Module(Section(1, Vector(Nothing)), Section(6, 0), Section(13, 1, 0, 0)),
        error: ModuleError.Malformed);

    [Theory]
    [InlineData(Proposals.FunctionReferences, new byte[] { 10, 1, 6, 1, 1, 0x64, 0x70, 0, 0x0B })]
    [InlineData(Proposals.ExceptionHandling, new byte[] { 10, 1, 5, 1, 1, 0x69, 0, 0x0B })]
    [InlineData(Proposals.ExceptionHandling, new byte[] { 13, 1, 0, 0 })]
    [InlineData(Proposals.Memory64, new byte[] { 5, 1, 4, 1 })]
    [InlineData(Proposals.GarbageCollection, new byte[] { 6, 1, 0x6E, 0, 0xD0, 0x6E, 0x0B })]
    [InlineData(Proposals.GarbageCollection, new byte[] { 1, 1, 0x5F, 0 })]
    [InlineData(Proposals.GarbageCollection, new byte[] { 1, 1, 0x4E, 0 })]
    public void What_is_switched_off_or_not_supported_is_refused_by_name(Proposals proposal, byte[] section)
    {
        byte[] payload = section[1..];
        byte[][] sections = section[0] switch
        {
            1 => [Section(1, payload)],
            10 => [Section(1, Vector(Nothing)), Section(3, 1, 0), Section(10, [payload[0], (byte)(payload.Length - 2), .. payload[2..]])],
            _ => [Section(1, Vector(Nothing)), Section(section[0], payload)],
        };
        var features = new ModuleFeatures(ModuleFeatures.Supported & ~proposal);
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(Module(sections), features));
        Assert.Equal(ModuleError.Unsupported, exception.Error);
        Assert.Contains(proposal.ToString(), exception.Detail, StringComparison.Ordinal);
        if (ModuleFeatures.Supported.HasFlag(proposal))
        {
            _ = ModuleLoader.Load(Module(sections));
        }
    }

    private static byte[] WithTag(byte[] type, byte[] code) => Module(
        Section(1, Vector(Nothing, type)), Section(3, 1, 0), Section(13, 1, 0, 1), Section(10, Vector([(byte)(code.Length + 2), 0, .. code, 0x0B])));

    private static void Expect(string? refusal, byte[] binary, ModuleError error = ModuleError.Invalid)
    {
        if (refusal is null)
        {
            _ = ModuleLoader.Load(binary);
            return;
        }

        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary));
        Assert.StartsWith(refusal, exception.Detail, StringComparison.Ordinal);
        Assert.Equal(error, exception.Error);
    }
}
