using System.CommandLine;
using QuicWasm.Compiler;
using QuicWasm.Runtime;

namespace QuicWasm.Cli;

/// <summary><c>--emit-il FUNCTION[=FILE]</c>: what the compiler makes of a function of the main module.</summary>
internal static class IlOption
{
    /// <summary>The option.</summary>
    public static Option<string?> Create() => new("--emit-il")
    {
        Description = "Writes the CIL that a function of the module is compiled to, before the program runs: FUNCTION=FILE, or to the standard error. "
            + "The function is given by its name or index",
    };

    /// <summary>Writes it.</summary>
    /// <exception cref="UsageException">There is no such function.</exception>
    public static void Write(CommandConsole console, RuntimeContext context, string value)
    {
        int equals = value.LastIndexOf('=');
        string name = equals > 0 ? value[..equals] : value;
        ModuleInstance main = context.Store.Modules[^1];
        if (context.Engine is not CompilerEngine engine)
        {
            throw new UsageException($"--emit-il: the engine {context.Engine.Name} compiles nothing");
        }

        List<string> lines = [];
        foreach (int index in new FunctionNames(main.Module.Module).Find(name))
        {
            lines.AddRange(engine.IlOf(main.Functions[index]) ?? [$"// {main.Functions[index].DisplayName} is too large, or throws, and stays in the interpreter"]);
        }

        if (equals > 0)
        {
            File.WriteAllLines(value[(equals + 1)..], lines);
            return;
        }

        foreach (string line in lines)
        {
            console.Say(line);
        }
    }
}
