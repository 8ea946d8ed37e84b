using System.Collections.Immutable;
using System.Security.Cryptography;

namespace QuicWasm.Compiler;

/// <summary>
/// Compiled code of modules on disk, so that a program that runs again is compiled without waiting for what is hot to show itself. Compiled code is
/// trusted as the engine is: the folder and its files are this user's alone, and every file carries an HMAC with a key of that folder. What is not
/// whole, or of another engine, is left aside; so is a cache that cannot be written.
/// </summary>
public sealed class CodeCache
{
    /// <summary>How large a cache grows where nothing else is said.</summary>
    public const long DefaultLimitBytes = 256L << 20;

    private const string Extension = ".qwcode";
    private const int MacBytes = HMACSHA256.HashSizeInBytes;
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | OthersWrite;

    private readonly string _folder;
    private readonly long _limitBytes;
    private readonly Action<string> _report;
    private readonly byte[] _key;

    /// <summary>Opens a cache, and makes it where there is none.</summary>
    /// <param name="folder">The folder, which nobody else may write to.</param>
    /// <param name="limitBytes">How large its files may be together; what was not used for longest goes first.</param>
    /// <param name="report">Told what is wrong with a file; the program runs without it. From any thread.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be used, or others may write to it.</exception>
    public CodeCache(string folder, long limitBytes, Action<string> report)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        _folder = Path.GetFullPath(folder);
        _limitBytes = limitBytes;
        _report = report;
        _key = OpenKey();
    }

    /// <summary>The package of a module, or null.</summary>
    internal CodePackage? Find(ImmutableArray<byte> sha256, CodeVariant variant)
    {
        string path = PathOf(sha256, variant);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (Read(path) is not { } package || !package.Sha256.SequenceEqual(sha256) || package.Variant != variant)
            {
                _report($"{path} is damaged, or not of this cache; the program is compiled anew");
                File.Delete(path);
                return null;
            }

            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            return package.Identity == EngineIdentity.Current ? package : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _report($"{path} cannot be read: {e.Message}; the program is compiled anew");
            return null;
        }
    }

    /// <summary>Keeps a package, in place of an earlier one of the module.</summary>
    internal void Keep(CodePackage package)
    {
        string path = PathOf(package.Sha256, package.Variant);
        try
        {
            byte[] bytes = package.Encode();
            if (bytes.Length + MacBytes > _limitBytes)
            {
                _report($"the compiled code of {bytes.Length} bytes is larger than the cache may be, and is not kept");
                return;
            }

            string draft = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
            WriteNew(draft, [.. bytes, .. HMACSHA256.HashData(_key, bytes)]);
            File.Move(draft, path, overwrite: true);
            Trim(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _report($"the cache of compiled code at {_folder} cannot be written: {e.Message}");
        }
    }

    private CodePackage? Read(string path)
    {
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(path);
        if (bytes.Length < MacBytes)
        {
            return null;
        }

        ReadOnlyMemory<byte> content = bytes[..^MacBytes];
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, content.Span), bytes.Span[^MacBytes..])
            ? CodePackage.Decode(content)
            : null;
    }

    // RACE: other processes may write and trim, too; a file that is gone already is no error.
    private void Trim(string kept)
    {
        FileInfo[] files = [.. new DirectoryInfo(_folder).GetFiles($"*{Extension}").OrderByDescending(static f => f.LastWriteTimeUtc)];
        long total = 0;
        foreach (FileInfo file in files)
        {
            total += file.Length;
            if (total > _limitBytes && file.FullName != kept)
            {
                file.Delete();
            }
        }
    }

    private byte[] OpenKey()
    {
        MakeFolder();
        string path = Path.Combine(_folder, "key");
        if (!File.Exists(path))
        {
            string draft = $"{path}.{Guid.NewGuid():N}";
            WriteNew(draft, RandomNumberGenerator.GetBytes(MacBytes));
            try
            {
                File.Move(draft, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // RACE: another process was faster; its key is as good.
                File.Delete(draft);
            }
        }

        Refuse(path, Others);
        byte[] key = File.ReadAllBytes(path);
        return key.Length == MacBytes ? key : throw new IOException($"{path} is no key of a cache; delete the folder, and it is made anew");
    }

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
        }
        else
        {
            Directory.CreateDirectory(_folder, FolderMode);
            Refuse(_folder, OthersWrite);
        }
    }

    private static void Refuse(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & mode) != 0)
        {
            throw new UnauthorizedAccessException($"{path} is open to other users; compiled code is kept only where they cannot change it (chmod go= {path})");
        }
    }

    private static void WriteNew(string path, ReadOnlySpan<byte> bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFileMode;
        }

        using var stream = new FileStream(path, options);
        stream.Write(bytes);
    }

    private string PathOf(ImmutableArray<byte> sha256, CodeVariant variant) => Path.Combine(
        _folder, $"{Convert.ToHexStringLower(sha256.AsSpan())}{(variant.IsGuarded ? "-guarded" : "")}{(variant.HasSafePoints ? "" : "-unfreezable")}{Extension}");
}
