using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Wasi;

namespace QuicWasm.Cli;

/// <summary>Puts a program together: runtime, WASI, modules, and the calls to make.</summary>
internal static class ProgramLoader
{
    private const string StartExport = "_start";
    private const string InitializeExport = "_initialize";

    /// <summary>The options of a runtime for a program.</summary>
    public static Configure Configure(ProgramOptions options) => new()
    {
        Engine = Engines.Named(options.Engine, options.Cache),
        HostModules =
        [
            _ => new WasiModule(new WasiOptions
            {
                Arguments = options.Invoke is null ? options.Arguments : [.. options.Arguments.Take(1)],
                Environment = options.Environment,
                Preopens = options.Preopens,
                Sockets = options.Sockets,
                Stdin = options.Streams?.Input ?? Standard(0),
                Stdout = options.Streams?.Output ?? Standard(1),
                Stderr = options.Streams?.Error ?? Standard(2),
                MemoryFolderLimitBytes = options.MemoryFolderLimitBytes,
            }),
        ],
        Features = options.Features,
        Allocation = options.Allocation,
        TrapsUnknownImports = options.TrapsUnknownImports,
        MaxMemoryBytes = options.MaxMemoryBytes,
        MaxStackBytes = options.MaxStackBytes,
    };

    private static WasiStandardStream Standard(int number) =>
        InheritedDescriptors.HasStandardStream(number) ? WasiStandardStream.FromDescriptor(number) : WasiStandardStream.Null;

    /// <summary>Loads a program of one module and those that it imports from.</summary>
    /// <param name="file">The main module.</param>
    /// <param name="modules">Other modules, by the name that they are imported by, in the order in which they are instantiated.</param>
    /// <param name="options">Where and with what it runs.</param>
    /// <exception cref="ModuleException">A module is malformed or invalid.</exception>
    /// <exception cref="LinkException">A module cannot be linked.</exception>
    public static RunningProgram Load(string file, IEnumerable<(string Name, string File)> modules, ProgramOptions options)
    {
        var context = new RuntimeContext(Configure(options));
        try
        {
            var calls = new List<PendingCall>();
            foreach ((string name, string path) in modules)
            {
                AddCalls(calls, Instantiate(context, path, name), isMain: false);
            }

            ModuleInstance main = Instantiate(context, file, null);
            AddCalls(calls, main, isMain: options.Invoke is null);
            if (options.Invoke is { } export)
            {
                calls.Add(Invocation(main, export, [.. options.Arguments.Skip(1)]));
            }

            return new RunningProgram(context, calls);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static ModuleInstance Instantiate(RuntimeContext context, string file, string? name)
    {
        if (!File.Exists(file))
        {
            throw new CommandException($"there is no file {file}");
        }

        try
        {
            return context.Instantiate(ModuleLoader.Load(File.ReadAllBytes(file), context.Configure.Features), name, runStart: false);
        }
        catch (Exception e) when (e is ModuleException or LinkException)
        {
            throw new CommandException($"{file}: {e.Message}");
        }
    }

    // The start function, then _initialize of a reactor or _start of a command.
    private static void AddCalls(List<PendingCall> calls, ModuleInstance instance, bool isMain)
    {
        if (instance.Module.Module.StartFunction is { } start)
        {
            calls.Add(new PendingCall(instance.Functions[start].Address));
        }

        string export = isMain && Exports(instance, StartExport) ? StartExport : InitializeExport;
        if (Exports(instance, export))
        {
            calls.Add(new PendingCall(instance.Function(export).Address));
        }
        else if (isMain && calls.Count == 0)
        {
            throw new CommandException($"the module exports neither {StartExport} nor {InitializeExport}, and has no start function: there is nothing to run");
        }
    }

    private static PendingCall Invocation(ModuleInstance instance, string export, string[] arguments)
    {
        if (!Exports(instance, export))
        {
            IEnumerable<string> others = instance.Exports.Values.Where(e => e.Kind == ExternalKind.Function).Select(e => e.Name);
            throw new UsageException($"--invoke {export}: the module exports no function of that name, but: {string.Join(", ", others)}");
        }

        FunctionInstance function = instance.Function(export);
        if (arguments.Length != function.Type.Parameters.Length)
        {
            throw new UsageException($"--invoke {export}: the function is {function.Type}; {arguments.Length} arguments are given");
        }

        return new PendingCall(function.Address, [.. arguments.SelectMany((a, i) => ValueText.Parse(function.Type.Parameters[i], a))]);
    }

    private static bool Exports(ModuleInstance instance, string name) =>
        instance.Exports.TryGetValue(name, out ExportDeclaration? export) && export.Kind == ExternalKind.Function;
}
