namespace QuicWasm.Runtime;

/// <summary>
/// An engine whose compiled code other engines of the same build can use. Such code is trusted as the engine itself is: it may come only from an
/// authenticated peer that the user trusts.
/// </summary>
public interface IPortableCode
{
    /// <summary>What its code depends on beside the module: engines of the same identity can use each other's.</summary>
    string CodeIdentity { get; }

    /// <summary>What it has compiled of a module; null where that is nothing, or the other engine is of another build. Not while a computation runs.</summary>
    /// <param name="instance">An instance of the module.</param>
    /// <param name="identity">The other engine's <see cref="CodeIdentity"/>.</param>
    byte[]? Package(ModuleInstance instance, string identity);

    /// <summary>Takes code of another engine, which is compiled on in the background. Any thread may call it.</summary>
    /// <returns>Whether it is of this instance's module, and for this engine.</returns>
    bool Accept(ModuleInstance instance, ReadOnlyMemory<byte> package);
}
