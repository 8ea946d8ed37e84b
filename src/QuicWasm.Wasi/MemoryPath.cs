using System.Text;

namespace QuicWasm.Wasi;

/// <summary>Where a path leads in a folder in memory, by the rules of openat2 with RESOLVE_BENEATH.</summary>
/// <param name="Directory">The directory that the last component lies in.</param>
/// <param name="Name">The last component.</param>
/// <param name="Node">What is there, or null.</param>
/// <param name="HasSlash">Whether there is a slash behind it: it must be a directory.</param>
internal readonly record struct MemoryPath(MemoryDirectory Directory, string Name, MemoryNode? Node, bool HasSlash)
{
    private const int PathLimit = 4096, NameLimit = 255, LinkLimit = 40;

    /// <summary>Whether the last component is "." or "..".</summary>
    public bool IsDots => Name is "." or "..";

    /// <summary>Follows a path; the last component may be missing.</summary>
    public static Errno Resolve(MemoryDirectory start, ReadOnlySpan<byte> path, bool followsLast, out MemoryPath found)
    {
        found = default;
        MemoryDirectory directory = start;
        byte[] rest = path.ToArray();
        for (int links = 0; ;)
        {
            Errno errno = Next(rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> behind, out bool hasSlash);
            if (errno != Errno.Success)
            {
                return errno;
            }

            bool isLast = behind.IsEmpty;
            string text = Encoding.UTF8.GetString(name);
            if (text == ".." && directory == start)
            {
                return Errno.Perm;
            }

            MemoryNode? node = text switch { "." => directory, ".." => directory.Parent, _ => directory.Find(text) };
            if (node is MemoryLink link && (!isLast || followsLast || hasSlash))
            {
                rest = [.. link.Target, .. hasSlash ? "/"u8 : [], .. behind];
                if (++links > LinkLimit)
                {
                    return Errno.Loop;
                }

                continue;
            }

            if (isLast)
            {
                found = new MemoryPath(directory, text, node, hasSlash);
                return hasSlash && node is not (null or MemoryDirectory) ? Errno.NotDir : Errno.Success;
            }

            if (node is not MemoryDirectory next)
            {
                return node is null ? Errno.NoEnt : Errno.NotDir;
            }

            directory = next;
            rest = behind.ToArray();
        }
    }

    /// <summary>Finds the place of a name: its directory, through links, and what is there, which is not followed.</summary>
    public static Errno Locate(MemoryDirectory start, ReadOnlySpan<byte> path, out MemoryPath found)
    {
        found = default;
        ReadOnlySpan<byte> trimmed = path.TrimEnd((byte)'/');
        if (path.Length >= PathLimit || trimmed.IsEmpty)
        {
            return path.Length >= PathLimit ? Errno.NameTooLong : path.IsEmpty ? Errno.NoEnt : Errno.Perm;
        }

        int slash = trimmed.LastIndexOf((byte)'/');
        MemoryNode? parent = start;
        if (slash >= 0)
        {
            Errno errno = Resolve(start, path[..(slash + 1)], true, out MemoryPath place);
            parent = place.Node;
            if (errno != Errno.Success || parent is null)
            {
                return errno != Errno.Success ? errno : Errno.NoEnt;
            }
        }

        ReadOnlySpan<byte> name = trimmed[(slash + 1)..];
        string text = Encoding.UTF8.GetString(name);
        var directory = (MemoryDirectory)parent;
        found = new MemoryPath(directory, text, directory.Find(text), trimmed.Length < path.Length);
        return name.Length > NameLimit ? Errno.NameTooLong : Errno.Success;
    }

    // The first component, and what is behind it and its slashes.
    private static Errno Next(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> behind, out bool hasSlash)
    {
        int slash = path.IndexOf((byte)'/');
        hasSlash = slash >= 0;
        name = hasSlash ? path[..slash] : path;
        behind = hasSlash ? path[slash..].TrimStart((byte)'/') : [];
        return path.IsEmpty ? Errno.NoEnt
            : slash == 0 ? Errno.Perm
            : path.Length >= PathLimit || name.Length > NameLimit ? Errno.NameTooLong
            : Errno.Success;
    }
}
