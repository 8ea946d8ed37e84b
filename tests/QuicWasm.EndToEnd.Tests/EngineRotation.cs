using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>The tiered engine takes every tenth turn of a program that moves, from the second on: often enough for both directions, and it compiles anew each time.</summary>
internal static class EngineRotation
{
    /// <summary>What makes the engine of the runtime with this number, from 0.</summary>
    public static Func<RuntimeContext, IEngine> At(int number) => (number % 10) switch
    {
        1 => static context => new CompilerEngine(context, static c => new InterpreterEngine(c)),
        _ => static context => new InterpreterEngine(context),
    };
}
