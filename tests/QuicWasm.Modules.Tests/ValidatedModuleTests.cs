using static QuicWasm.Modules.Tests.WasmBytes;

namespace QuicWasm.Modules.Tests;

public sealed class ValidatedModuleTests
{
    [Fact]
    public void Index_spaces_put_imports_first()
    {
        ValidatedModule module = ModuleLoader.Load(Module(
            Section(1, Vector([0x60, 0, 0], [0x60, 1, 0x7F, 0])),
            Section(2, Vector(
                [.. Name("m"), .. Name("f"), 0, 1], [.. Name("m"), .. Name("t"), 1, 0x6F, 0, 3],
                [.. Name("m"), .. Name("g"), 3, 0x7E, 0], [.. Name("m"), .. Name("o"), 2, 0, 1])),
            Section(3, Vector([0])),
            Section(4, Vector([0x70, 0, 4])),
            Section(6, Vector([0x7E, 1, 0x23, 0, 0x0B])),
            Section(10, Vector([2, 0, 0x0B]))));

        Assert.Equal(["[i32] -> []", "[] -> []"], module.FunctionTypes.Select(type => type.ToString()));
        Assert.Equal([ValueType.ExternRef, ValueType.FuncRef], module.TableTypes.Select(table => table.ElementType));
        Assert.Equal([false, true], module.GlobalTypes.Select(global => global.IsMutable));
        Assert.Equal(
            (1, 1, 1, 1),
            (module.ImportedFunctionCount, module.ImportedTableCount, module.ImportedMemoryCount, module.ImportedGlobalCount));
    }

    [Fact]
    public void References_are_declared_by_exports_globals_and_elements()
    {
        ValidatedModule module = ModuleLoader.Load(Module(
            Section(1, Vector([0x60, 0, 0])),
            Section(3, Vector([0], [0], [0], [0])),
            Section(6, Vector([0x70, 0, 0xD2, 1, 0x0B])),
            Section(7, Vector([.. Name("f"), 0, 0])),
            Section(8, 3),
            Section(9, Vector([3, 0, 1, 2])),
            Section(10, Vector([2, 0, 0x0B], [2, 0, 0x0B], [2, 0, 0x0B], [2, 0, 0x0B]))));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(module.IsDeclaredReference));
    }

    [Fact]
    public void An_error_in_a_body_gives_its_offset_in_the_binary()
    {
        byte[] binary = Functions([0, 0x0B], [0, 0x42, 1, 0x45, 0x1A, 0x0B]);
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary));
        Assert.Equal("type mismatch: i32 expected, i64 found", exception.Detail);
        Assert.Equal(0x45, binary[exception.Offset]);
    }

    [Fact]
    public void What_is_malformed_is_not_called_invalid()
    {
        // The first body breaks a rule of validation, the second one the format.
        byte[] binary = Functions([0, 0x1A, 0x0B], [0, 0x41]);
        Assert.Equal(ModuleError.Malformed, Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary)).Error);
    }

    [Fact]
    public void A_memory_index_in_an_alignment_needs_its_proposal()
    {
        byte[] binary = Functions([0, 0x41, 0, 0x28, 0x42, 0, 0, 0x1A, 0x0B]);
        Assert.Equal(ModuleError.Unsupported, Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary, ModuleFeatures.Wasm2)).Error);
        _ = ModuleLoader.Load(binary);
    }

    [Fact]
    public void Bodies_may_be_validated_by_several_threads()
    {
        byte[][] codes = [.. Enumerable.Range(0, 500).Select(i => (byte[])[0, 0x41, .. U32((uint)i % 64), 0x1A, 0x10, 0, 0x0B])];
        Module whole = ModuleReader.Read(Functions(codes));
        ValidatedModule module = ModuleValidator.Validate(ModuleReader.ReadSkeleton(ModuleSkeleton.Write(whole)));
        Parallel.For(0, 4 * codes.Length, i =>
        {
            int index = i % codes.Length;
            module.Module.Functions[index].Provide(whole.Functions[index].Code);
            Assert.Equal(new FunctionLayout(1, 0, 0, 1), module.Layout(index));
        });
        Assert.All(Enumerable.Range(0, codes.Length), i => Assert.True(module.IsBodyValidated(i)));
    }

    [Fact]
    public void An_instruction_that_is_not_constant_is_refused_in_a_constant_expression()
    {
        byte[] binary = Module(Section(6, Vector([0x7F, 0, 0x41, 1, 0x41, 2, 0x71, 0x0B])));
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(binary));
        Assert.Equal((ModuleError.Invalid, "constant expression required: i32.and is not constant"), (exception.Error, exception.Detail));
    }
}
