using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using QuicWasm.Modules;

namespace QuicWasm.Cli.Tests;

/// <summary>quicwasm objdump.</summary>
public sealed partial class ObjdumpTests
{
    // A function of (i32) with a block, a loop, an if and an else, and one that calls it.
    private static readonly byte[] Nested = SmallModules.Module(
        SmallModules.Section(1, [2, 0x60, 1, 0x7F, 0, 0x60, 0, 1, 0x7D]),
        SmallModules.Section(2, [1, .. SmallModules.Text("env"), .. SmallModules.Text("tick"), 0, 0]),
        SmallModules.Section(3, [2, 0, 1]),
        SmallModules.Section(5, [1, 0, 1]),
        SmallModules.Section(7, [1, .. SmallModules.Text("main"), 0, 2]),
        SmallModules.Section(10,
        [
            2,
            31, 1, 2, 0x7E, 0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x04, 0x7F, 0x20, 0, 0x2D, 0, 9, 0x05, 0x41, 0x7F, 0x0B, 0x0E, 1, 0, 1, 0x0B, 0x0B, 0x20, 0, 0x10, 0, 0x0B,
            11, 0, 0x41, 7, 0x10, 1, 0x43, 0, 0, 0xC0, 0x3F, 0x0B,
        ]),
        SmallModules.Section(0, [.. SmallModules.Text("name"), .. SmallModules.Section(1, [1, 1, .. SmallModules.Text("helper")])]));

    public static TheoryData<string> Modules() =>
        [.. Workload.All.Where(w => !w.IsCached).SelectMany(w => w.Modules.Values.Append(w.Wasm)).Distinct()];

    [Fact]
    public async Task Instructions_have_offsets_bytes_names_and_stand_as_they_are_nested()
    {
        using var folder = new TempFolder();
        CommandResult result = (await CommandResult.OfAsync("objdump", folder.File("m.wasm", Nested))).AssertExit(0);
        const string Expected = """
            000039 func[1] <helper> [i32] -> []
             00003a: 02 7e                         | (local 1..2 i64)
             00003c: 02 40                         | block
             00003e: 03 40                         |   loop
             000040: 20 00                         |     local.get 0
             000042: 04 7f                         |     if (result i32)
             000044: 20 00                         |       local.get 0
             000046: 2d 00 09                      |       i32.load8_u offset=9
             000049: 05                            |     else
             00004a: 41 7f                         |       i32.const -1
             00004c: 0b                            |     end
             00004d: 0e 01 00 01                   |     br_table 0 1
             000051: 0b                            |   end
             000052: 0b                            | end
             000053: 20 00                         | local.get 0
             000055: 10 00                         | call 0 <env.tick>
             000057: 0b                            | end
            000059 func[2] <main> [] -> [f32]
             00005a: 41 07                         | i32.const 7
             00005c: 10 01                         | call 1 <helper>
             00005e: 43 00 00 c0 3f                | f32.const 1.5
             000063: 0b                            | end

            """;
        Assert.Equal(Expected.ReplaceLineEndings("\n"), result.Output);
    }

    [Theory]
    [InlineData("helper", "func[1]")]
    [InlineData("1", "func[1]")]
    [InlineData("main", "func[2]")]
    public async Task One_function_is_named_by_its_name_its_export_or_its_index(string function, string header)
    {
        using var folder = new TempFolder();
        CommandResult result = (await CommandResult.OfAsync("objdump", "--function", function, folder.File("m.wasm", Nested))).AssertExit(0);
        string line = Assert.Single(result.Output.Split('\n'), static l => l.Contains(" func[", StringComparison.Ordinal));
        Assert.Contains(header, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "no function of that name")]
    [InlineData("3", "3 functions")]
    [InlineData("env.tick", "is imported")]
    [InlineData("0", "is imported")]
    public async Task A_function_that_is_not_there_is_said(string function, string words)
    {
        using var folder = new TempFolder();
        CommandResult result = (await CommandResult.OfAsync("objdump", "--function", function, folder.File("m.wasm", Nested))).AssertExit(2);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task Headers_show_sections_and_declarations_without_code()
    {
        using var folder = new TempFolder();
        CommandResult result = (await CommandResult.OfAsync("objdump", "--headers", folder.File("m.wasm", Nested))).AssertExit(0);
        Assert.StartsWith("sections\n  type       start=0x0000000a end=0x00000013 size=9\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  custom     start=0x", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"name\"\ntypes (2)\n  type[0] [i32] -> []\n  type[1] [] -> [f32]\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nimports (1)\n  function env.tick: type[0] [i32] -> []\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nfunctions (2)\n  func[1] <helper> type[0] at 0x39, 31 bytes\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nmemories (1)\n  memory[0] 1 or more pages\nexports (1)\n  function[2] \"main\"\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("local.get", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_module_is_refused_as_by_validate()
    {
        using var folder = new TempFolder();
        foreach (byte[] bad in new[] { SmallModules.Invalid, Nested[..40], [1, 2, 3] })
        {
            string file = folder.File("bad.wasm", bad);
            CommandResult validated = (await CommandResult.OfAsync("validate", file)).AssertExit(125);
            CommandResult dumped = (await CommandResult.OfAsync("objdump", file)).AssertExit(125);
            Assert.Equal((validated.Error, ""), (dumped.Error, dumped.Output));
        }

        (await CommandResult.OfAsync("objdump", folder.File("missing.wasm"))).AssertExit(125);
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task Every_instruction_is_listed_once_with_the_name_of_its_opcode(string file)
    {
        byte[] binary = await File.ReadAllBytesAsync(WorkloadCommand.PathOf(file), TestContext.Current.CancellationToken);
        List<(long Offset, string Name)> expected = [];
        foreach (FunctionBody body in ModuleLoader.Load(binary).Module.Functions)
        {
            expected.AddRange(Decoded(body));
        }

        Assert.Equal(expected, Listed((await CommandResult.OfAsync("objdump", WorkloadCommand.PathOf(file))).AssertExit(0).Output));
    }

    // An independent disassembler, where it is installed.
    [Theory]
    [MemberData(nameof(Modules))]
    public async Task Wabt_lists_the_same_instructions(string file)
    {
        string path = WorkloadCommand.PathOf(file);
        Assert.SkipUnless(TryRun("wasm-objdump", ["-d", path], out string wabt), "wasm-objdump of wabt is not installed");
        Assert.Equal(Listed(wabt), Listed((await CommandResult.OfAsync("objdump", path)).AssertExit(0).Output));
    }

    private static List<(long Offset, string Name)> Decoded(FunctionBody body)
    {
        var instructions = new List<(long, string)>();
        var reader = new CodeReader(body.Code.Span, body.Offset);
        for (uint groups = reader.ReadU32(); groups > 0; groups--)
        {
            _ = reader.ReadU32();
            _ = reader.ReadValueType();
        }

        while (!reader.AtEnd)
        {
            long offset = reader.Offset;
            OpcodeInfo row = OpcodeTable.Get(reader.ReadOpcode());
            reader.SkipImmediate(row.Immediate);
            instructions.Add((offset, row.Name));
        }

        return instructions;
    }

    private static List<(long Offset, string Name)> Listed(string text) =>
        [.. InstructionLine().Matches(text).Select(static m => (long.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), m.Groups[2].Value))];

    private static bool TryRun(string command, string[] arguments, out string output)
    {
        output = "";
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    // Lines of locals are none; wabt breaks long rows of bytes, and those that follow have no text.
    [GeneratedRegex(@"^ ([0-9a-f]+): [0-9a-f .]+\| *(?!local\[)([a-z][\w.]*)", RegexOptions.Multiline)]
    private static partial Regex InstructionLine();
}
