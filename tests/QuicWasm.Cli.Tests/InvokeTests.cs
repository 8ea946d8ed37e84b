namespace QuicWasm.Cli.Tests;

/// <summary>Exports called by name, fuel, and imports that nothing offers.</summary>
public sealed class InvokeTests
{
    // (func (export "add") (param i32 i32) (result i32)), the same of f64 as "sum", "spin" loops for good, "both" gives two results,
    // and "ready" gives the global that _initialize sets to 1.
    private static readonly byte[] Exports = SmallModules.Module(
        SmallModules.Section(1, [5, 0x60, 2, 0x7F, 0x7F, 1, 0x7F, 0x60, 2, 0x7C, 0x7C, 1, 0x7C, 0x60, 0, 0, 0x60, 1, 0x7E, 2, 0x7E, 0x7D, 0x60, 0, 1, 0x7F]),
        SmallModules.Section(3, [6, 0, 1, 2, 3, 4, 2]),
        SmallModules.Section(6, [1, 0x7F, 1, 0x41, 0, 0x0B]),
        SmallModules.Section(7,
        [
            6, .. SmallModules.Text("add"), 0, 0, .. SmallModules.Text("sum"), 0, 1, .. SmallModules.Text("spin"), 0, 2,
            .. SmallModules.Text("both"), 0, 3, .. SmallModules.Text("ready"), 0, 4, .. SmallModules.Text("_initialize"), 0, 5,
        ]),
        SmallModules.Section(10,
        [
            6, 7, 0, 0x20, 0, 0x20, 1, 0x6A, 0x0B, 7, 0, 0x20, 0, 0x20, 1, 0xA0, 0x0B, 7, 0, 0x03, 0x40, 0x0C, 0, 0x0B, 0x0B,
            9, 0, 0x20, 0, 0x43, 0, 0, 0xC0, 0xBF, 0x0B, 4, 0, 0x23, 0, 0x0B, 6, 0, 0x41, 1, 0x24, 0, 0x0B,
        ]));

    // Imports "host" "log", and calls it.
    private static readonly byte[] Importing = SmallModules.Module(
        SmallModules.Section(1, [1, 0x60, 0, 0]),
        SmallModules.Section(2, [1, .. SmallModules.Text("host"), .. SmallModules.Text("log"), 0, 0]),
        SmallModules.Section(3, [1, 0]),
        SmallModules.Section(7, [1, .. SmallModules.Text("_start"), 0, 1]),
        SmallModules.Section(10, [1, 4, 0, 0x10, 0, 0x0B]));

    [Theory]
    [InlineData("add 2 3", "5\n")]
    [InlineData("add -1 0x7fffffff", "2147483646\n")]
    [InlineData("add 4294967295 0", "-1\n")]
    [InlineData("sum 1.5 -1e3", "-998.5\n")]
    [InlineData("sum inf -inf", "nan\n")]
    [InlineData("both -7", "-7\n-1.5\n")]
    [InlineData("both 18446744073709551615", "-1\n-1.5\n")]
    [InlineData("ready", "1\n")]
    [InlineData("_initialize", "")]
    public async Task An_export_is_called_with_values_of_its_types(string line, string output)
    {
        using var folder = new TempFolder();
        CommandResult result = (await InvokeAsync(folder, line)).AssertExit(0);
        Assert.Equal(output, result.Output);
        Assert.Equal("", result.Error);
    }

    [Theory]
    [InlineData("subtract 1 2", "add, sum, spin, both, ready")]
    [InlineData("add 1", "[i32 i32] -> [i32]")]
    [InlineData("add 1 4294967296", "4294967295")]
    [InlineData("add one 1", "'one' is no i32")]
    [InlineData("sum 1,5 1", "'1,5' is no f64")]
    public async Task A_wrong_value_is_refused_with_what_is_right(string line, string words)
    {
        using var folder = new TempFolder();
        CommandResult result = (await InvokeAsync(folder, line)).AssertExit(2);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fuel_ends_a_program_that_does_not_end()
    {
        using var folder = new TempFolder();
        CommandResult result = (await InvokeAsync(folder, "spin", "--fuel", "100000")).AssertExit(134);
        Assert.StartsWith("quicwasm: the program trapped: out of fuel\n    at ", result.Error, StringComparison.Ordinal);
        Assert.Equal("5\n", (await InvokeAsync(folder, "add 2 3", "--fuel", "2")).AssertExit(0).Output);
        (await InvokeAsync(folder, "add 2 3", "--fuel", "1")).AssertExit(134);
        (await InvokeAsync(folder, "add 2 3", "--fuel", "-1")).AssertExit(2);
    }

    [Fact]
    public async Task A_call_that_is_frozen_goes_on_elsewhere_and_fuel_is_given_anew()
    {
        using var folder = new TempFolder();
        string image = folder.File("image");
        (await InvokeAsync(folder, "spin", "--freeze-after", "5000", "--freeze-to", image)).AssertExit(0);
        (await CommandResult.OfAsync("resume", "--fuel", "5000", image)).AssertExit(134);
        (await InvokeAsync(folder, "add 40 2", "--freeze-after", "2", "--freeze-to", image)).AssertExit(0);
        Assert.Equal("42\n", (await CommandResult.OfAsync("resume", image)).AssertExit(0).Output);
    }

    [Fact]
    public async Task An_import_that_nothing_offers_fails_or_traps_as_asked()
    {
        using var folder = new TempFolder();
        string file = folder.File("importing.wasm", Importing);
        CommandResult failed = (await CommandResult.OfAsync("run", file)).AssertExit(125);
        Assert.Contains("unknown import: \"host\" \"log\"", failed.Error, StringComparison.Ordinal);
        CommandResult trapped = (await CommandResult.OfAsync("run", "--unknown-imports", "trap", file)).AssertExit(134);
        Assert.Contains("the program called the import \"host\" \"log\", which nothing here offers", trapped.Error, StringComparison.Ordinal);
        string[] freeze = ["--freeze-after", "1", "--freeze-to", folder.File("image")];
        (await CommandResult.OfAsync(["run", "--unknown-imports", "trap", .. freeze, file])).AssertExit(0);
        (await CommandResult.OfAsync("resume", folder.File("image"))).AssertExit(125);
        (await CommandResult.OfAsync("resume", "--unknown-imports", "trap", folder.File("image"))).AssertExit(134);
    }

    private static Task<CommandResult> InvokeAsync(TempFolder folder, string line, params string[] options)
    {
        string[] words = line.Split(' ');
        return CommandResult.OfAsync(["run", .. options, "--invoke", words[0], folder.File("exports.wasm", Exports), .. words[1..]]);
    }
}
