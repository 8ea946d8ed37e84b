using System.CommandLine;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>The options that say what modules may use.</summary>
internal sealed class FeatureOptionSet
{
    private static readonly string Names = string.Join(", ", ProposalNames.Known.Select(static k => k.Name));

    private readonly Option<string[]> _enable = new("--enable")
    {
        Description = $"Lets modules use these proposals, with commas between them; all of them may be used at first: {Names}",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _disable = new("--disable")
    {
        Description = "Refuses modules that use these proposals; \"all\" leaves WebAssembly 1.0, and what --enable names",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_enable);
        command.Add(_disable);
    }

    /// <summary>What modules may use.</summary>
    /// <exception cref="UsageException">A proposal is not known.</exception>
    public ModuleFeatures Features(ParseResult parsed) => ProposalNames.Features(parsed.GetRequiredValue(_enable), parsed.GetRequiredValue(_disable));
}
