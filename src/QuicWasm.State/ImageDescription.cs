using System.Collections.Immutable;

namespace QuicWasm.State;

/// <summary>What an image says of itself, for people.</summary>
/// <param name="Layout">Its identity and its parts.</param>
/// <param name="Configure">The Configure that its program ran with.</param>
/// <param name="Modules">The modules, by number.</param>
/// <param name="Instances">The module instances, by address.</param>
/// <param name="Memories">The memories, by address.</param>
/// <param name="HostStates">The host modules whose state is in it.</param>
/// <param name="Frames">The suspended stack, bottom first; empty where no computation is suspended.</param>
/// <param name="Calls">Names of the functions still to be called, in order.</param>
public sealed record ImageDescription(
    ImageLayout Layout,
    ConfigureOutline Configure,
    ImmutableArray<ModuleDescription> Modules,
    ImmutableArray<InstanceDescription> Instances,
    ImmutableArray<MemoryDescription> Memories,
    ImmutableArray<HostStateDescription> HostStates,
    ImmutableArray<FrameDescription> Frames,
    ImmutableArray<string> Calls);

/// <summary>A module of an image.</summary>
/// <param name="Sha256">SHA-256 of its binary, in hexadecimal digits.</param>
/// <param name="Name">Its name from the name section, or null.</param>
/// <param name="BinaryBytes">Length of its binary.</param>
/// <param name="FunctionCount">Functions that it defines.</param>
/// <param name="CodeBytes">Length of their code.</param>
public sealed record ModuleDescription(string Sha256, string? Name, ulong BinaryBytes, int FunctionCount, ulong CodeBytes);

/// <summary>A module instance of an image.</summary>
/// <param name="Module">Number of its module.</param>
/// <param name="Name">The name that other modules import it by, or null.</param>
public sealed record InstanceDescription(int Module, string? Name);

/// <summary>A memory of an image.</summary>
/// <param name="PageCount">Its size in pages of 64 KiB.</param>
/// <param name="MaximumPages">The size that it may grow to by its type, or null.</param>
/// <param name="StoredBytes">Bytes of it that are stored; the others are known to be zero.</param>
public sealed record MemoryDescription(ulong PageCount, ulong? MaximumPages, ulong StoredBytes);

/// <summary>State of a host module in an image.</summary>
/// <param name="Module">The host module's name.</param>
/// <param name="LengthBytes">Length of its state.</param>
public sealed record HostStateDescription(string Module, ulong LengthBytes);

/// <summary>A frame of an image's stack.</summary>
/// <param name="Function">The function's name from the name section, else its index.</param>
/// <param name="Instance">Address of the module instance that it is of.</param>
/// <param name="Pc">Where it goes on: a byte offset in the function's code.</param>
/// <param name="LocalSlots">Slots of its parameters and locals.</param>
/// <param name="OperandSlots">Slots of its operands.</param>
public sealed record FrameDescription(string Function, int Instance, int Pc, int LocalSlots, int OperandSlots);
