namespace QuicWasm.Modules;

/// <summary>Reads and validates in one step.</summary>
public static class ModuleLoader
{
    /// <summary>Decodes and validates a binary.</summary>
    /// <param name="binary">The whole binary; it must not change while the module is used.</param>
    /// <param name="features">What the module may use; <see cref="ModuleFeatures.Default"/> where null.</param>
    /// <exception cref="ModuleException">The module is malformed or invalid, or is too large or needs what is not supported.</exception>
    public static ValidatedModule Load(ReadOnlyMemory<byte> binary, ModuleFeatures? features = null)
    {
        Module module = ModuleReader.Read(binary, features);
        try
        {
            return ModuleValidator.Validate(module, features);
        }
        catch (ModuleException exception) when (exception.Error == ModuleError.Invalid)
        {
            // What is malformed is not even invalid, wherever in the binary that is.
            BodyDecoder.Check(module);
            throw;
        }
    }
}
