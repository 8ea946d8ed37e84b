using System.Runtime.InteropServices;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>Where things stand in the block of a module's instance: offsets in bytes, the same for every instance of the module.</summary>
// SAFETY: sizes and offsets of structs only.
internal sealed class InstanceLayout
{
    /// <summary>Offset of the stack limit.</summary>
    public static readonly int StackLimit = Offset(nameof(InstanceHeader.SafePoint)) + (int)Marshal.OffsetOf<Runtime.SafePointCell>(nameof(Runtime.SafePointCell.StackLimit));

    /// <summary>Offset of the poll cell.</summary>
    public static readonly int Poll = Offset(nameof(InstanceHeader.SafePoint)) + (int)Marshal.OffsetOf<Runtime.SafePointCell>(nameof(Runtime.SafePointCell.Poll));

    /// <summary>Offset of what calls are followed by a test of.</summary>
    public static readonly int Unwinding = Offset(nameof(InstanceHeader.SafePoint)) + (int)Marshal.OffsetOf<Runtime.SafePointCell>(nameof(Runtime.SafePointCell.Unwinding));

    /// <summary>Offset of the pointer to the cell of memory 0.</summary>
    public static readonly int Memory0 = Offset(nameof(InstanceHeader.Memory));

    /// <summary>Offset of the pointer to all functions.</summary>
    public static readonly int Entries = Offset(nameof(InstanceHeader.Entries));

    /// <summary>Offset of the pointer to the area of several results.</summary>
    public static readonly int Results = Offset(nameof(InstanceHeader.Results));

    /// <summary>Offset of the caller's block.</summary>
    public static readonly int Caller = Offset(nameof(InstanceHeader.Caller));

    /// <summary>Offset of the callee's address.</summary>
    public static readonly int Callee = Offset(nameof(InstanceHeader.Callee));

    /// <summary>Offset of the last table index.</summary>
    public static readonly int TableIndex = Offset(nameof(InstanceHeader.TableIndex));

    /// <summary>Offset of the pointer to where frames are written.</summary>
    public static readonly int Frame = Offset(nameof(InstanceHeader.Frame));

    /// <summary>Offset of the pointer to the frame of the version that is entered.</summary>
    public static readonly int VersionFrame = Offset(nameof(InstanceHeader.VersionFrame));

    /// <summary>Offset of the function that asks at its entry.</summary>
    public static readonly int Entered = Offset(nameof(InstanceHeader.Entered));

    /// <summary>Offset of the bits on their way to another type.</summary>
    public static readonly int Scratch = Offset(nameof(InstanceHeader.Scratch));

    private readonly int _memories;
    private readonly int _globals;
    private readonly int _tables;
    private readonly int _types;
    private readonly int _functions;

    public unsafe InstanceLayout(ValidatedModule module)
    {
        _memories = sizeof(InstanceHeader);
        _globals = _memories + (8 * module.MemoryTypes.Length);
        _tables = _globals + (8 * module.GlobalTypes.Length);
        _types = _tables + (8 * module.TableTypes.Length);
        _functions = _types + (8 * module.Module.Types.Length);
        SizeBytes = _functions + (FunctionCell.Bytes * module.FunctionTypes.Length);
    }

    /// <summary>Bytes of a block.</summary>
    public int SizeBytes { get; }

    /// <summary>Offset of the pointer to a memory's cell.</summary>
    public int Memory(int index) => _memories + (8 * index);

    /// <summary>Offset of the pointer to a global's 16 bytes.</summary>
    public int Global(int index) => _globals + (8 * index);

    /// <summary>Offset of the pointer to a table's cell.</summary>
    public int Table(int index) => _tables + (8 * index);

    /// <summary>Offset of the number of a type.</summary>
    public int Type(int index) => _types + (8 * index);

    /// <summary>Offset of the <see cref="FunctionCell"/> of a function.</summary>
    public int Function(int index) => _functions + (FunctionCell.Bytes * index);

    private static int Offset(string field) => (int)Marshal.OffsetOf<InstanceHeader>(field);
}
