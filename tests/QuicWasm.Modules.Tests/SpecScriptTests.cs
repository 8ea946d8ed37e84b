namespace QuicWasm.Modules.Tests;

public sealed class SpecScriptTests
{
    // Where several rules are broken at once, an implementation may find another one first: here a body without its END is followed by
    // other bytes, an export section ends early (binary), and a select without types is encoded as one that has none (select).
    private static readonly HashSet<string> OtherWords =
        new(StringComparer.Ordinal) { "binary.76.wasm", "binary.78.wasm", "binary.162.wasm", "select.2.wasm" };

    public static TheoryData<string> Scripts
    {
        get
        {
            var data = new TheoryData<string>(SpecSuite.Scripts);
            if (SpecSuite.Folder is null)
            {
                data.Add("none");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_binary_of_a_script_is_loaded_or_refused_as_the_script_says(string script)
    {
        Assert.SkipWhen(SpecSuite.Folder is null, SpecSuite.SkipReason);
        var failures = new List<string>();
        foreach (SpecCommand command in SpecSuite.Commands(script))
        {
            if (Failure(command) is { } failure)
            {
                failures.Add($"line {command.Line} ({command.Type}, {Path.GetFileName(command.File)}): {failure}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    [Fact]
    public void The_suite_has_all_its_scripts()
    {
        Assert.SkipWhen(SpecSuite.Folder is null, SpecSuite.SkipReason);
        Assert.Equal(119, SpecSuite.Scripts.Count());
    }

    private static string? Failure(SpecCommand command)
    {
        try
        {
            _ = ModuleLoader.Load(command.ReadBinary(), ModuleFeatures.Wasm2);
            return command.LoadsAModule ? null : $"loaded, but \"{command.Text}\" was expected";
        }
        catch (ModuleException exception)
        {
            ModuleError? expected = command.Type switch
            {
                "assert_malformed" => ModuleError.Malformed,
                "assert_invalid" => ModuleError.Invalid,
                _ => null,
            };
            bool hasWords = exception.Detail.StartsWith(command.Text, StringComparison.Ordinal) || OtherWords.Contains(Key(command));
            return exception.Error == expected && hasWords ? null : $"\"{command.Text}\" expected: {exception.Message}";
        }
    }

    private static string Key(SpecCommand command) => Path.GetFileName(command.File);
}
