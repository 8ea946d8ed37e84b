namespace QuicWasm.State;

/// <summary>Images as files (docs/state-image.md).</summary>
public static class ImageFile
{
    /// <summary>
    /// Writes an image to a file. It appears under its name when it is whole and on the disk; whatever fails before, a file that had
    /// the name is as it was.
    /// </summary>
    /// <param name="source">The image.</param>
    /// <param name="path">The file's path; only its owner may read it, since it holds all that the program knows.</param>
    /// <exception cref="ImageException">The image cannot be read, or the file cannot be written.</exception>
    public static void Write(IImageSource source, string path)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteNew(source, temporary);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            if (e is IOException or UnauthorizedAccessException)
            {
                throw new ImageException(ImageError.CaptureFailed, $"the image cannot be written to {path}: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Opens an image file, and checks its header, part table and length. Parts are checked as they are read.</summary>
    /// <exception cref="ImageException">The file cannot be read, or is no whole image of a version that this build reads.</exception>
    public static ImageFileSource Open(string path)
    {
        try
        {
            Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, options: FileOptions.RandomAccess);
            try
            {
                return new ImageFileSource(path, file);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(ImageError.Unavailable, $"{path} cannot be opened: {e.Message}", e);
        }
    }

    private static void WriteNew(IImageSource source, string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        new ImageFileWriter(source, file.SafeFileHandle).Write();
    }
}
