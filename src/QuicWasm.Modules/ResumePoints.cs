namespace QuicWasm.Modules;

/// <summary>Finds the resume points of functions.</summary>
public static class ResumePoints
{
    /// <summary>
    /// The resume points of a function that the module defines, in the order of their pcs; code that cannot be reached has none. They
    /// are computed anew by each call; keep the table where it is needed again.
    /// </summary>
    /// <exception cref="ModuleException">The function does not validate.</exception>
    /// <exception cref="InvalidOperationException">The function's code has not arrived.</exception>
    public static ResumePointTable Of(ValidatedModule module, int definedIndex)
    {
        ArgumentNullException.ThrowIfNull(module);
        var recorder = new ResumePointRecorder();
        _ = BodyValidator.Validate(module, definedIndex, new ValidationScratch(), recorder);
        return recorder.ToTable();
    }
}
