namespace QuicWasm.Modules.Tests;

public sealed class OpcodeTableTests
{
    [Fact]
    public void Every_opcode_of_the_enum_has_exactly_one_row()
    {
        Assert.Equal(Enum.GetValues<Opcode>(), OpcodeTable.All.Select(row => row.Opcode));
        Assert.All(OpcodeTable.All, row => Assert.Same(row, OpcodeTable.Get(row.Opcode)));
    }

    [Fact]
    public void Every_row_has_a_name_of_its_own_but_select_stands_twice()
    {
        IEnumerable<string> twice = OpcodeTable.All.GroupBy(row => row.Name).Where(group => group.Count() > 1).Select(group => group.Key);
        Assert.Equal(["select"], twice);
    }

    [Fact]
    public void The_enum_name_of_a_row_is_its_text_name_in_pascal_case()
    {
        foreach (OpcodeInfo row in OpcodeTable.All.Where(row => row.Opcode != Opcode.SelectTyped))
        {
            string pascal = string.Concat(row.Name.Split('.', '_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
            Assert.Equal(pascal, row.Opcode.ToString());
        }
    }

    [Theory]
    [InlineData(Proposals.Simd, 236)]
    [InlineData(Proposals.RelaxedSimd, 20)]
    [InlineData(Proposals.SignExtension, 5)]
    [InlineData(Proposals.SaturatingFloatToInt, 8)]
    [InlineData(Proposals.BulkMemory, 7)]
    [InlineData(Proposals.ReferenceTypes, 9)]
    [InlineData(Proposals.None, 172)]
    public void A_proposal_has_as_many_instructions_as_the_specification_says(Proposals proposal, int count) =>
        Assert.Equal(count, OpcodeTable.All.Count(row => row.Proposal == proposal));

    [Fact]
    public void Dense_indices_are_different()
    {
        Assert.Equal(OpcodeTable.All.Length, OpcodeTable.All.Select(row => OpcodeTable.DenseIndex(row.Opcode)).Distinct().Count());
        Assert.All(OpcodeTable.All, row => Assert.InRange(OpcodeTable.DenseIndex(row.Opcode), 0, OpcodeTable.DenseCount - 1));
    }

    [Theory]
    [InlineData(Opcode.I32Load8S, 1, 0, 0)]
    [InlineData(Opcode.F64Store, 8, 3, 0)]
    [InlineData(Opcode.V128Load, 16, 4, 0)]
    [InlineData(Opcode.V128Load32x2S, 8, 3, 0)]
    [InlineData(Opcode.V128Load16Lane, 2, 1, 8)]
    [InlineData(Opcode.I8x16ExtractLaneU, 0, 0, 16)]
    [InlineData(Opcode.F64x2ReplaceLane, 0, 0, 2)]
    [InlineData(Opcode.I8x16Shuffle, 0, 0, 32)]
    [InlineData(Opcode.I32Add, 0, 0, 0)]
    public void Widths_alignments_and_lanes_are_known(Opcode opcode, int width, int alignment, int lanes)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        Assert.Equal((width, alignment, lanes), (row.WidthBytes, row.NaturalAlignment, row.LaneCount));
    }

    [Fact]
    public void There_is_no_row_for_bytes_without_an_instruction()
    {
        Assert.Null(OpcodeTable.Find((Opcode)0x27));
        Assert.Null(OpcodeTable.Find((Opcode)0xFD9A));
        Assert.Null(OpcodeTable.Find((Opcode)0xFB00));
        Assert.Null(OpcodeTable.Find((Opcode)0x1234));
        Assert.Throws<ArgumentOutOfRangeException>(() => OpcodeTable.Get((Opcode)0x27));
    }
}
