using System.Text.Json;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>Runs the commands of one script in one runtime, and notes what did not go as the script says.</summary>
internal sealed class SpecRunner : IDisposable
{
    private readonly SpecSuite _suite;
    private readonly string _script;
    private RuntimeContext _context;
    private readonly ICallMode _mode;
    private readonly Dictionary<string, ModuleInstance> _named = [];
    private readonly Dictionary<string, JsonElement> _definitions = [];
    private ModuleInstance? _current;

    // Names that modules would be registered under that were passed over.
    private readonly HashSet<string> _missing = [];
    private int _executed;
    private int _passedOver;

    public SpecRunner(SpecSuite suite, string script, ICallMode mode, Configure configure)
    {
        _suite = suite;
        _script = script;
        _mode = mode;
        _context = new RuntimeContext(configure);
        using Stream stream = typeof(SpecRunner).Assembly.GetManifestResourceStream(suite.Host)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        _context.Instantiate(ModuleLoader.Load(bytes, suite.Features), "spectest");
    }

    /// <summary>Whether there was nothing but modules that need what is not supported.</summary>
    public bool IsEmpty => _passedOver > 0 && _executed == 0;

    /// <summary>Runs every command; gives what went wrong, with line numbers.</summary>
    public List<string> Run()
    {
        var failures = new List<string>();
        foreach (JsonElement command in _suite.Commands(_script))
        {
            if (IsText(command))
            {
                continue;
            }

            string? failure = Attempt(command);
            if (failure is not null)
            {
                failures.Add($"line {command.GetProperty("line").GetInt32()}: {command.GetProperty("type").GetString()}: {failure}");
            }
        }

        return failures;
    }

    public void Dispose() => _context.Dispose();

    private static bool IsText(JsonElement command) => command.TryGetProperty("module_type", out JsonElement type) && type.GetString() == "text";

    private string? Attempt(JsonElement command)
    {
        try
        {
            string? failure = Execute(command);
            _executed++;
            return failure;
        }
        catch (ModuleException e) when (NeedsGarbageCollection(e))
        {
            // What follows is about this module, until the next one.
            Forget(command);
            _passedOver++;
            return null;
        }
        catch (UnsupportedModuleException)
        {
            _passedOver++;
            return null;
        }
        catch (Exception e) when (e is TrapException or ModuleException or LinkException)
        {
            return e.Message;
        }
    }

    private string? Execute(JsonElement command)
    {
        string? Text() => command.GetProperty("text").GetString();
        switch (command.GetProperty("type").GetString())
        {
            case "module":
                Instantiate(command, command);
                return null;
            case "module_definition":
                Define(command);
                return null;
            case "module_instance":
                Instantiate(_definitions[command.GetProperty("definition").GetString()!], command);
                return null;
            case "register":
                Register(command.GetProperty("as").GetString()!, command);
                return null;
            case "action":
                Perform(command.GetProperty("action"));
                return null;
            case "assert_return":
                return Compare(command, Perform(command.GetProperty("action")));
            case "assert_trap" or "assert_exhaustion":
                return Expect<TrapException>(() => Perform(command.GetProperty("action")), Text());
            case "assert_exception":
                return Expect<TrapException>(() => Perform(command.GetProperty("action")), "uncaught exception");
            case "assert_malformed":
                return ExpectModuleError(() => Load(command), ModuleError.Malformed);
            case "assert_invalid":
                return ExpectModuleError(() => Load(command), ModuleError.Invalid);
            case "assert_unlinkable":
                return Expect<LinkException>(() => Instantiate(command), Text());
            case "assert_uninstantiable":
                return Expect<TrapException>(() => _context.Instantiate(Load(command)), Text());
            default:
                return "unknown command";
        }
    }

    private void Instantiate(JsonElement definition, JsonElement command)
    {
        _current = Instantiate(definition);
        if (command.TryGetProperty("name", out JsonElement name))
        {
            _named[name.GetString()!] = _current;
        }
    }

    private ModuleInstance Instantiate(JsonElement definition)
    {
        try
        {
            return _context.Instantiate(Load(definition));
        }
        catch (LinkException e) when (e.Error == LinkError.UnknownImport && _missing.Any(m => e.Message.Contains($"\"{m}\"", StringComparison.Ordinal)))
        {
            throw new UnsupportedModuleException();
        }
    }

    private void Define(JsonElement command)
    {
        if (command.TryGetProperty("name", out JsonElement name))
        {
            _definitions[name.GetString()!] = command;
        }

        _ = Load(command);
    }

    private static bool NeedsGarbageCollection(ModuleException e) =>
        e.Error == ModuleError.Unsupported && e.Detail.Contains("GarbageCollection", StringComparison.Ordinal);

    private void Register(string name, JsonElement command)
    {
        _missing.Add(name);
        _context.Register(name, Named(command));
        _missing.Remove(name);
    }

    private void Forget(JsonElement command)
    {
        if (command.GetProperty("type").GetString() == "module")
        {
            _current = null;
        }
    }

    private ValidatedModule Load(JsonElement command) =>
        ModuleLoader.Load(_suite.Binary(_script, command.GetProperty("filename").GetString()!), _suite.Features);

    private ModuleInstance Named(JsonElement command) => Named(command, "name");

    private ModuleInstance Named(JsonElement command, string property) =>
        command.TryGetProperty(property, out JsonElement name) ? _named.GetValueOrDefault(name.GetString()!) ?? throw new UnsupportedModuleException()
        : _current ?? throw new UnsupportedModuleException();

    private ulong[] Perform(JsonElement action)
    {
        ModuleInstance instance = Named(action, "module");
        string field = action.GetProperty("field").GetString()!;
        if (action.GetProperty("type").GetString() == "get")
        {
            GlobalInstance global = instance.Global(field);
            return global.Type.ValueType == ValueType.V128 ? [global.Low, global.High] : [global.Low];
        }

        FunctionInstance function = instance.Function(field);
        var arguments = new List<ulong>();
        foreach (JsonElement argument in action.GetProperty("args").EnumerateArray())
        {
            SpecValues.AddSlots(argument, arguments);
        }

        var results = new ulong[function.Type.ResultSlots];
        Call(function.Address, [.. arguments], results);
        return results;
    }

    // The mode may have moved everything to another runtime; instances are known by their addresses there.
    private void Call(int functionAddress, ulong[] arguments, ulong[] results)
    {
        RuntimeContext before = _context;
        try
        {
            _mode.Call(ref _context, functionAddress, arguments, results);
        }
        finally
        {
            if (_context != before)
            {
                _current = _current is null ? null : _context.Store.Modules[_current.Address];
                foreach ((string name, ModuleInstance instance) in _named.ToArray())
                {
                    _named[name] = _context.Store.Modules[instance.Address];
                }
            }
        }
    }

    private static string? Compare(JsonElement command, ulong[] results)
    {
        if (command.TryGetProperty("either", out JsonElement either))
        {
            return either.EnumerateArray().Any(e => MatchesAlone(e, results)) ? null : $"{command.GetProperty("action")} gave [{string.Join(' ', results)}], expected one of {either}";
        }

        int index = 0;
        foreach (JsonElement expected in command.GetProperty("expected").EnumerateArray())
        {
            if (!SpecValues.Matches(expected, results, ref index))
            {
                return $"{command.GetProperty("action")} gave [{string.Join(' ', results)}], expected {command.GetProperty("expected")}";
            }
        }

        return index == results.Length ? null : $"{results.Length} result slots where {index} were expected";
    }

    private static bool MatchesAlone(JsonElement expected, ulong[] results)
    {
        int index = 0;
        return SpecValues.Matches(expected, results, ref index) && index == results.Length;
    }

    private static string? Expect<T>(Action action, string? text)
        where T : Exception
    {
        try
        {
            action();
        }
        catch (T e)
        {
            return text is null || e.Message.Contains(text, StringComparison.Ordinal) || text.StartsWith(e.Message, StringComparison.Ordinal)
                ? null
                : $"\"{e.Message}\" where \"{text}\" was expected";
        }

        return $"no {typeof(T).Name} \"{text}\"";
    }

    private static string? ExpectModuleError(Action action, ModuleError error)
    {
        try
        {
            action();
        }
        catch (ModuleException e) when (!NeedsGarbageCollection(e))
        {
            return e.Error == error ? null : $"{e.Message} where {error} was expected";
        }

        return $"the module was accepted, {error} was expected";
    }

    /// <summary>A command is about a module that was passed over.</summary>
    private sealed class UnsupportedModuleException : Exception;
}
