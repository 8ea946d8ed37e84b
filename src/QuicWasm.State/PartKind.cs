namespace QuicWasm.State;

/// <summary>What a part of an image is. The numbers are of the file format and the protocol.</summary>
public enum PartKind : byte
{
    /// <summary>The Configure of the runtime, as far as it travels. In the skeleton.</summary>
    Configure = 1,

    /// <summary>The Store's outline: types, counts, sizes and dropped flags of all instances, module instances and their index spaces. In the skeleton.</summary>
    StoreOutline = 2,

    /// <summary>A module without code, data and custom sections. In the skeleton.</summary>
    ModuleSkeleton = 3,

    /// <summary>The captured stack and the functions still to be called after it. In the skeleton.</summary>
    Stack = 4,

    /// <summary>The state of a host module. In the skeleton.</summary>
    HostState = 5,

    /// <summary>The exceptions that the program has references to. In the skeleton.</summary>
    Exceptions = 6,

    /// <summary>The code of one function of a module.</summary>
    Function = 16,

    /// <summary>The payload of a module's data section, for putting the binary together again.</summary>
    DataSection = 17,

    /// <summary>The custom sections of a module.</summary>
    CustomSections = 18,

    /// <summary>The elements of a table, 8 bytes each.</summary>
    Table = 19,

    /// <summary>The bytes of a linear memory.</summary>
    Memory = 20,

    /// <summary>The value of a global, 16 bytes.</summary>
    Global = 21,

    /// <summary>The references of an element segment that is not dropped, 8 bytes each.</summary>
    Element = 22,

    /// <summary>The bytes of a data segment that is not dropped.</summary>
    Data = 23,
}
