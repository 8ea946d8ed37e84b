namespace QuicWasm.Modules.Tests;

public sealed class CodeReaderTests
{
    [Theory]
    [InlineData("00", 0u)]
    [InlineData("7f", 127u)]
    [InlineData("8001", 128u)]
    [InlineData("8000", 0u)]
    [InlineData("8080808000", 0u)]
    [InlineData("ffffffff0f", uint.MaxValue)]
    public void Unsigned_numbers_of_32_bits_are_read(string hex, uint expected)
    {
        var reader = new CodeReader(Convert.FromHexString(hex));
        Assert.Equal(expected, reader.ReadU32());
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("7f", -1)]
    [InlineData("40", -64)]
    [InlineData("3f", 63)]
    [InlineData("c000", 64)]
    [InlineData("ff7f", -1)]
    [InlineData("ffffffff07", int.MaxValue)]
    [InlineData("8080808078", int.MinValue)]
    public void Signed_numbers_of_32_bits_are_read(string hex, int expected)
    {
        var reader = new CodeReader(Convert.FromHexString(hex));
        Assert.Equal(expected, reader.ReadS32());
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("7f", -1L)]
    [InlineData("80808080808080808080", null)]
    [InlineData("ffffffffffffffffff00", long.MaxValue)]
    [InlineData("8080808080808080807f", long.MinValue)]
    [InlineData("ffffffffffffffff7f", -1L)]
    public void Signed_numbers_of_64_bits_are_read(string hex, long? expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        if (expected is null)
        {
            Assert.Equal("integer representation too long", Detail(() => new CodeReader(bytes).ReadS64()));
            return;
        }

        Assert.Equal(expected, new CodeReader(bytes).ReadS64());
    }

    [Fact]
    public void Numbers_of_33_and_unsigned_64_bits_are_read_to_their_limits()
    {
        Assert.Equal(uint.MaxValue, new CodeReader(Convert.FromHexString("ffffffff0f")).ReadS33());
        Assert.Equal(-4294967296L, new CodeReader(Convert.FromHexString("8080808070")).ReadS33());
        Assert.Equal(ulong.MaxValue, new CodeReader(Convert.FromHexString("ffffffffffffffffff01")).ReadU64());
        Assert.Equal("integer too large", Detail(() => (long)new CodeReader(Convert.FromHexString("ffffffffffffffffff02")).ReadU64()));
    }

    [Theory]
    [InlineData("", "unexpected end of section or function")]
    [InlineData("80", "unexpected end of section or function")]
    [InlineData("8080808010", "integer too large")]
    [InlineData("8080808070", "integer too large")]
    [InlineData("828080808000", "integer representation too long")]
    public void Unsigned_numbers_that_break_the_format_are_refused(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Detail(() => new CodeReader(bytes).ReadU32()));
    }

    [Theory]
    [InlineData("8080808008", "integer too large")]
    [InlineData("ffffffff0f", "integer too large")]
    [InlineData("ffffffff4f", "integer too large")]
    [InlineData("808080808000", "integer representation too long")]
    public void Signed_numbers_that_break_the_format_are_refused(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Detail(() => new CodeReader(bytes).ReadS32()));
    }

    [Theory]
    [InlineData("6a", Opcode.I32Add)]
    [InlineData("fc0a", Opcode.MemoryCopy)]
    [InlineData("fc8a00", Opcode.MemoryCopy)]
    [InlineData("fd0c", Opcode.V128Const)]
    [InlineData("fdff01", Opcode.F64x2ConvertLowI32x4U)]
    [InlineData("fd8002", Opcode.I8x16RelaxedSwizzle)]
    public void Opcodes_are_read_with_their_prefix(string hex, Opcode expected)
    {
        var reader = new CodeReader(Convert.FromHexString(hex));
        Assert.Equal(expected, reader.ReadOpcode());
        Assert.True(reader.AtEnd);
    }

    [Fact]
    public void Block_types_are_empty_a_value_type_or_an_index()
    {
        var reader = new CodeReader(Convert.FromHexString("407e05e500"));
        Assert.True(reader.ReadBlockType().IsEmpty);
        Assert.Equal(ValueType.I64, reader.ReadBlockType().Result);
        Assert.Equal(5u, reader.ReadBlockType().TypeIndex);
        Assert.Equal(0x65u, reader.ReadBlockType().TypeIndex);
        Assert.Equal("malformed block type", Detail(() => new CodeReader([0xFF, 0x7F]).ReadBlockType().TypeIndex));
    }

    [Fact]
    public void A_message_gives_the_offset_in_the_binary()
    {
        ModuleException exception = Assert.Throws<ModuleException>(() => new CodeReader([0x80], 100).ReadU32());
        Assert.Equal(101, exception.Offset);
        Assert.Contains("0x65", exception.Message, StringComparison.Ordinal);
    }

    private static string Detail(Func<long> read) => Assert.Throws<ModuleException>(() => read()).Detail;
}
