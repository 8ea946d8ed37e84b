using static QuicWasm.Modules.Tests.WasmBytes;

namespace QuicWasm.Modules.Tests;

public sealed class SkeletonTests
{
    // Non-minimal lengths everywhere: of the sections, of the code and of the data.
    private static readonly byte[] Padded =
    [
        .. Header, .. Custom("first", 1, 2), 1, 0x84, 0, 1, 0x60, 0, 0, 3, 0x83, 0x80, 0, 2, 0, 0, .. Section(5, Vector([0, 1])),
        .. Custom("name", 0, 3, 2, (byte)'m', (byte)'o'), 10, 0x8C, 0x80, 0x80, 0, 0x82, 0, 0x82, 0x80, 0, 0, 0x0B, 0x83, 0, 0, 1, 0x0B,
        11, 0x8E, 0, 2, 0, 0x41, 0, 0x0B, 0x82, 0, 7, 8, 1, 0x82, 0, 9, 10,
    ];

    [Fact]
    public void Every_valid_module_of_the_suite_is_put_together_again_byte_for_byte()
    {
        Assert.SkipWhen(SpecSuite.Folder is null, SpecSuite.SkipReason);
        foreach (SpecCommand command in SpecSuite.ValidModules())
        {
            CheckRoundTrip(command.ReadBinary(), Path.GetFileName(command.File));
        }
    }

    [Fact]
    public void Lengths_that_are_longer_than_need_be_survive()
    {
        CheckRoundTrip(Padded, "padded");
    }

    [Fact]
    public void A_module_from_its_skeleton_has_everything_but_code_data_and_names()
    {
        Module whole = ModuleReader.Read(Padded);
        Module module = ModuleReader.ReadSkeleton(ModuleSkeleton.Write(whole));
        Assert.Equal("mo", whole.Names.Module);
        Assert.Null(module.Names.Module);
        Assert.Equal(whole.Sha256, module.Sha256);
        Assert.Equal(whole.Map.Sections, module.Map.Sections);
        Assert.Equal(whole.Map.LengthBytes, module.Map.LengthBytes);
        Assert.All(module.Functions, body => Assert.False(body.IsPresent));
        Assert.Equal(
            whole.Functions.Select(body => (body.Offset, body.LengthBytes)), module.Functions.Select(body => (body.Offset, body.LengthBytes)));
        Assert.All(module.Datas, data => Assert.False(data.IsPresent));
        Assert.Equal(
            whole.Datas.Select(data => (data.Mode, data.BytesOffset, data.LengthBytes)),
            module.Datas.Select(data => (data.Mode, data.BytesOffset, data.LengthBytes)));
        Assert.Throws<InvalidOperationException>(() => module.Functions[0].Code);
        Assert.Throws<InvalidOperationException>(() => module.Datas[0].Bytes);
        Assert.Throws<InvalidOperationException>(() => BinaryAssembler.Assemble(module));

        module.ProvideCustomSections(ModuleParts.CustomSections(whole));
        module.ProvideDataSection(ModuleParts.DataSection(whole));
        Assert.Equal("mo", module.Names.Module);
        Assert.Equal([9, 10], module.Datas[1].Bytes.ToArray());
    }

    [Fact]
    public void A_body_is_validated_when_its_code_has_arrived()
    {
        Module whole = ModuleReader.Read(Functions([0, 0x41, 1, 0x1A, 0x0B], [0, 0x41, 1, 0x0B]));
        ValidatedModule module = ModuleValidator.Validate(ModuleReader.ReadSkeleton(ModuleSkeleton.Write(whole)));
        Assert.Throws<InvalidOperationException>(() => module.EnsureBodyValidated(0));
        module.Module.Functions[0].Provide(whole.Functions[0].Code);
        module.Module.Functions[1].Provide(whole.Functions[1].Code);
        module.EnsureBodyValidated(0);
        Assert.True(module.IsBodyValidated(0));
        ModuleException exception = Assert.Throws<ModuleException>(() => module.EnsureBodyValidated(1));
        Assert.Equal(whole.Functions[1].Offset + 3, exception.Offset);
        Assert.False(module.IsBodyValidated(1));
    }

    [Fact]
    public void Parts_that_do_not_fit_the_skeleton_are_refused()
    {
        Module whole = ModuleReader.Read(Padded);
        Module module = ModuleReader.ReadSkeleton(ModuleSkeleton.Write(whole));
        byte[] data = ModuleParts.DataSection(whole).ToArray();
        byte[] custom = ModuleParts.CustomSections(whole).ToArray();
        Assert.Throws<ModuleException>(() => module.Functions[0].Provide(new byte[7]));
        Assert.Throws<ModuleException>(() => module.ProvideDataSection(data.AsMemory(1)));
        Assert.Throws<ModuleException>(() => module.ProvideDataSection(Flipped(data, 2)));
        Assert.Throws<ModuleException>(() => module.ProvideCustomSections(custom.AsMemory(1)));
        Assert.Throws<ModuleException>(() => module.ProvideCustomSections(Flipped(custom, 1)));

        // Other contents of the same shape are found by the hash.
        module.ProvideCustomSections(custom);
        module.ProvideDataSection(Flipped(data, 7));
        module.Functions[0].Provide(whole.Functions[0].Code);
        module.Functions[1].Provide(whole.Functions[1].Code);
        Assert.Throws<ModuleException>(() => BinaryAssembler.Assemble(module));
    }

    private static byte[] Flipped(byte[] bytes, int index)
    {
        byte[] result = [.. bytes];
        result[index] ^= 1;
        return result;
    }

    private static void CheckRoundTrip(byte[] binary, string name)
    {
        Module whole = ModuleReader.Read(binary);
        byte[] skeleton = ModuleSkeleton.Write(whole);
        Module module = ModuleReader.ReadSkeleton(skeleton);
        ValidatedModule validated = ModuleValidator.Validate(module);
        for (int i = 0; i < module.Functions.Length; i++)
        {
            module.Functions[i].Provide(whole.Functions[i].Code);
            validated.EnsureBodyValidated(i);
        }

        module.ProvideDataSection(ModuleParts.DataSection(whole));
        module.ProvideCustomSections(ModuleParts.CustomSections(whole));
        Assert.True(BinaryAssembler.Assemble(module).Span.SequenceEqual(binary), name);
        Assert.Equal(skeleton, ModuleSkeleton.Write(module));
        Assert.True(ModuleParts.DataSection(module).Span.SequenceEqual(ModuleParts.DataSection(whole).Span), name);
        Assert.True(ModuleParts.CustomSections(module).Span.SequenceEqual(ModuleParts.CustomSections(whole).Span), name);
    }
}
