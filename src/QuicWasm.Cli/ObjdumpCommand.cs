using System.CommandLine;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm objdump FILE</c>.</summary>
internal static class ObjdumpCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "objdump";

    public static Command Create(CommandConsole console)
    {
        var file = new Argument<string>("file") { Description = "The module" };
        var function = new Option<string?>("--function") { Description = "Only this function: its name, or its index (imports come first)" };
        var headers = new Option<bool>("--headers") { Description = "Sections and what the module declares; without --function no code" };
        var features = new FeatureOptionSet();
        var command = new Command(Name, "Shows a module's instructions with their offsets, bytes and names") { file, function, headers };
        features.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            ModuleFeatures enabled = features.Features(parsed);
            Module module;
            try
            {
                module = ModuleLoader.Load(File.ReadAllBytes(path), enabled).Module;
            }
            catch (ModuleException e)
            {
                throw new CommandException($"{path}: {e.Message}");
            }

            Print(console.Output, module, parsed.GetValue(function), parsed.GetValue(headers));
        });
        return command;
    }

    private static void Print(TextWriter output, Module module, string? function, bool headers)
    {
        var names = new FunctionNames(module);
        IEnumerable<int> functions = function is not null ? names.Find(function)
            : headers ? [] : Enumerable.Range(names.ImportCount, module.Functions.Length);
        if (headers)
        {
            new ModulePrinter(output, module, names).Print();
        }

        var printer = new FunctionPrinter(output, module, names);
        foreach (int index in functions)
        {
            printer.Print(index);
        }
    }
}
