using System.CommandLine;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm validate FILE</c>.</summary>
internal static class ValidateCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "validate";

    public static Command Create(CommandConsole console)
    {
        var files = new Argument<string[]>("file") { Description = "Modules to check", Arity = ArgumentArity.OneOrMore };
        var features = new FeatureOptionSet();
        var command = new Command(Name, "Checks modules: says nothing of a good one, and where and why another is bad") { files };
        features.AddTo(command);
        command.SetAction(parsed =>
        {
            ModuleFeatures enabled = features.Features(parsed);
            int exitCode = ExitCode.Success;
            foreach (string file in parsed.GetRequiredValue(files))
            {
                try
                {
                    ModuleLoader.Load(File.ReadAllBytes(file), enabled);
                }
                catch (ModuleException e)
                {
                    console.Say($"{file}: {e.Message}");
                    exitCode = ExitCode.Failure;
                }
            }

            return exitCode;
        });
        return command;
    }
}
