namespace QuicWasm.Architecture.Tests;

/// <summary>Which project may reference which. Transitive: who may use a project may use what that may use.</summary>
internal static class AllowedReferences
{
    /// <summary>Where programs are composed: these may reference every project under src.</summary>
    public static readonly string[] CompositionRoots = ["QuicWasm.Cli", "QuicWasm.Bench"];

    /// <summary>What runs code; Migration and State know only their seam.</summary>
    public static readonly string[] Engines = ["QuicWasm.Interpreter", "QuicWasm.Compiler"];

    private static readonly Dictionary<string, string[]> Direct = new()
    {
        ["QuicWasm.Native"] = [],
        ["QuicWasm.Transport"] = ["QuicWasm.Native"],
        ["QuicWasm.Modules"] = [],
        ["QuicWasm.Runtime"] = ["QuicWasm.Modules", "QuicWasm.Native"],
        ["QuicWasm.Interpreter"] = ["QuicWasm.Runtime"],
        ["QuicWasm.Compiler"] = ["QuicWasm.Runtime"],
        ["QuicWasm.Wasi"] = ["QuicWasm.Runtime"],
        ["QuicWasm.State"] = ["QuicWasm.Runtime"],
        ["QuicWasm.Migration"] = ["QuicWasm.State", "QuicWasm.Transport", "QuicWasm.Native"],

        // What tests share knows the seams, so that engines, transports and granularities come to it from outside.
        ["QuicWasm.Testing"] = ["QuicWasm.Migration"],
    };

    /// <summary>Whether the table has a row for a project under src, or for Testing.</summary>
    public static bool Knows(string project) => Direct.ContainsKey(project) || CompositionRoots.Contains(project);

    /// <summary>Everything that a project may reference.</summary>
    public static IReadOnlySet<string> Of(string project)
    {
        if (CompositionRoots.Contains(project))
        {
            return Direct.Keys.Append("QuicWasm.Cli").Where(p => p != "QuicWasm.Testing" && p != project).ToHashSet();
        }

        if (project.EndsWith(".Tests", StringComparison.Ordinal))
        {
            return Direct.Keys.Append("QuicWasm.Cli").Append("QuicWasm.Bench").ToHashSet();
        }

        var allowed = new HashSet<string>();
        AddClosure(project, allowed);
        return allowed;
    }

    private static void AddClosure(string project, HashSet<string> allowed)
    {
        foreach (string reference in Direct[project])
        {
            if (allowed.Add(reference))
            {
                AddClosure(reference, allowed);
            }
        }
    }
}
