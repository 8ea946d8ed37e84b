using QuicWasm.Modules;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

public sealed class ImportTests
{
    [Theory]
    [InlineData("function", 0, "\"m\" \"function\" is a function [i64] -> [f32], where a function [i32] -> [] is asked for")]
    [InlineData("table", 1, "\"m\" \"table\" is a table of funcref, 2 to 4 elements, where a table of funcref, 3 or more elements is asked for")]
    [InlineData("memory", 2, "\"m\" \"memory\" is a memory of 1 to 2 pages, where a memory of 1 to 1 pages is asked for")]
    [InlineData("constant", 3, "\"m\" \"constant\" is a constant global of i32, where a mutable global of i64 is asked for")]
    [InlineData("variable", 3, "\"m\" \"variable\" is a mutable global of i32, where a mutable global of i64 is asked for")]
    [InlineData("memory", 0, "\"m\" \"memory\" is a memory of 1 to 2 pages, where a function [i32] -> [] is asked for")]
    [InlineData("function", 3, "\"m\" \"function\" is a function [i64] -> [f32], where a mutable global of i64 is asked for")]
    public void An_import_of_another_type_is_refused_and_the_message_names_both(string name, int kind, string expected)
    {
        using RuntimeContext context = Runtimes.New();
        context.Instantiate(TestPrograms.Load("exports"), "m");
        var error = Assert.Throws<LinkException>(() => context.Instantiate(ModuleBytes.Importing("m", name, Descriptor(kind))));
        Assert.Equal(LinkError.IncompatibleImport, error.Error);
        Assert.Equal("incompatible import type: " + expected, error.Message);
        Assert.Single(context.Store.Modules);
    }

    [Theory]
    [InlineData("m", "missing", 0, "\"m\" \"missing\", a function [i32] -> []")]
    [InlineData("nobody", "function", 0, "\"nobody\" \"function\", a function [i32] -> []")]
    [InlineData("nobody", "memory", 2, "\"nobody\" \"memory\", a memory of 1 to 1 pages")]
    [InlineData("host", "missing", 0, "\"host\" \"missing\", a function [i32] -> []")]
    [InlineData("host", "add", 3, "\"host\" \"add\", a mutable global of i64")]
    public void An_import_that_nobody_has_is_refused_and_the_message_says_what_was_asked_for(string module, string name, int kind, string expected)
    {
        using RuntimeContext context = Runtimes.New();
        context.Instantiate(TestPrograms.Load("exports"), "m");
        var error = Assert.Throws<LinkException>(() => context.Instantiate(ModuleBytes.Importing(module, name, Descriptor(kind))));
        Assert.Equal(LinkError.UnknownImport, error.Error);
        Assert.StartsWith("unknown import: " + expected, error.Message, StringComparison.Ordinal);
        Assert.Single(context.Store.Modules);
    }

    [Fact]
    public void A_memory_that_has_grown_is_matched_with_its_present_size()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance library = context.Load("library");
        ValidatedModule wantsTwo = ModuleBytes.Importing("library", "memory", [0x02, 0x01, 2, 3]);
        Assert.Throws<LinkException>(() => context.Instantiate(wantsTwo));
        library.Memory("memory").Grow(1);
        Assert.Same(library.Memory("memory"), context.Instantiate(wantsTwo).Memories[0]);
    }

    [Fact]
    public void A_registered_instance_comes_before_a_host_module_of_that_name()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance hidden = context.Instantiate(TestPrograms.Load("exports"), "host");
        Assert.Throws<LinkException>(() => context.Instantiate(ModuleBytes.Importing("host", "function", ModuleBytes.Function)));
        ModuleInstance user = context.Instantiate(ModuleBytes.Importing("host", "add", ModuleBytes.Function));
        Assert.NotNull(user.Functions[0].Host);
        Assert.Same(hidden, context.Registered["host"]);
    }

    [Fact]
    public void Host_modules_are_asked_in_order()
    {
        using RuntimeContext context = Runtimes.New(o => o with
        {
            HostModules = [_ => new FakeHostModule("host"), _ => new FakeHostModule("host").With("f", First), _ => new FakeHostModule("host").With("f", Runtimes.Add)],
        });
        Assert.Equal(First, context.Instantiate(ModuleBytes.Importing("host", "f", ModuleBytes.Function)).Functions[0].Host);
    }

    [Fact]
    public void An_export_that_does_not_exist_or_is_of_another_kind_is_refused_by_name()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance exports = context.Load("exports");
        Assert.Equal("the module exports no function \"memory\"", Assert.Throws<LinkException>(() => exports.Function("memory")).Message);
        Assert.Equal("the module exports no memory \"other\"", Assert.Throws<LinkException>(() => exports.Memory("other")).Message);
        Assert.Equal(LinkError.UnknownExport, Assert.Throws<LinkException>(() => exports.Global("table")).Error);
    }

    private static HostOutcome First(in HostCall call) => HostOutcome.Completed;

    private static byte[] Descriptor(int kind) => kind switch
    {
        0 => ModuleBytes.Function,
        1 => ModuleBytes.Table,
        2 => ModuleBytes.Memory,
        _ => ModuleBytes.Global,
    };
}
