namespace QuicWasm.Modules;

/// <summary>Buffers that one validation after another uses.</summary>
internal sealed class ValidationScratch
{
    public ValueType[] Locals { get; set; } = new ValueType[256];

    public ValueType[] Operands { get; private set; } = new ValueType[256];

    public ControlFrame[] Controls { get; private set; } = new ControlFrame[64];

    /// <summary>For each block around the current one, whether its own code was unreachable where the inner block began.</summary>
    public bool[] Unreachable { get; private set; } = new bool[64];

    public ValueType[] GrowOperands(int minimum)
    {
        ValueType[] operands = Operands;
        Array.Resize(ref operands, Math.Max(minimum, 2 * operands.Length));
        return Operands = operands;
    }

    public void GrowControls()
    {
        ControlFrame[] controls = Controls;
        bool[] unreachable = Unreachable;
        Array.Resize(ref controls, 2 * controls.Length);
        Array.Resize(ref unreachable, 2 * unreachable.Length);
        Controls = controls;
        Unreachable = unreachable;
    }
}
