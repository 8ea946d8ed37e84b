using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>Who the two nodes of a run are: for a transport that authenticates, keys of their own, of which each trusts the other's.</summary>
internal static class NodeKeys
{
    /// <summary>The options of the source's and the destination's command.</summary>
    /// <param name="transport">The transport's name.</param>
    /// <param name="folder">Where the keys are kept as long as the run lasts.</param>
    public static (IReadOnlyList<string> Source, IReadOnlyList<string> Destination) Make(string transport, TemporaryFolder folder)
    {
        if (!TransportCatalogue.IsAuthenticated(transport))
        {
            return ([], []);
        }

        string source = Path.Combine(folder.Path, "source.pem"), destination = Path.Combine(folder.Path, "destination.pem");
        using NodeIdentity here = NodeIdentity.LoadOrCreateFile(source), there = NodeIdentity.LoadOrCreateFile(destination);
        return (["--identity", source, "--peer", there.Fingerprint], ["--identity", destination, "--peer", here.Fingerprint]);
    }

    /// <summary>The options of every command of a run in which each of several nodes is asked by each other: one key, which all trust.</summary>
    public static IReadOnlyList<string> MakeShared(string transport, TemporaryFolder folder)
    {
        if (!TransportCatalogue.IsAuthenticated(transport))
        {
            return [];
        }

        string file = Path.Combine(folder.Path, "node.pem");
        using NodeIdentity all = NodeIdentity.LoadOrCreateFile(file);
        return ["--identity", file, "--peer", all.Fingerprint];
    }
}
