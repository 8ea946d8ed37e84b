using System.CommandLine;
using System.Diagnostics;
using QuicWasm.Modules;

namespace QuicWasm.Bench;

/// <summary><c>bench load FILE...</c>: how fast modules are decoded and validated, every function body included.</summary>
internal static class LoadCommand
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var files = new Argument<FileInfo[]>("file") { Description = "Modules", Arity = ArgumentArity.OneOrMore };
        var rounds = new Option<int>("--rounds") { Description = "How often each is loaded; the first time is shown too", DefaultValueFactory = _ => 11 };
        var command = new Command("load", "Decodes and validates modules: megabytes of module a second") { files, rounds };
        command.SetAction(parsed =>
        {
            Console.WriteLine($"{"module",-28} {"MB",8} {"functions",10} {"first MB/s",11} {"median MB/s",12} {"decode ms",10} {"validate ms",12}");
            foreach (FileInfo file in parsed.GetRequiredValue(files))
            {
                Console.WriteLine(Measure(file, Math.Max(1, parsed.GetValue(rounds))));
            }
        });
        return command;
    }

    private static string Measure(FileInfo file, int rounds)
    {
        if (!file.Exists)
        {
            throw new HarnessException($"there is no file {file.FullName}");
        }

        byte[] binary = File.ReadAllBytes(file.FullName);
        var decode = new double[rounds];
        var validate = new double[rounds];
        int functions = 0;
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Module module = ModuleReader.Read(binary);
            decode[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            functions = module.Functions.Length;
            start = Stopwatch.GetTimestamp();
            Validate(module);
            validate[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        double[] whole = [.. decode.Zip(validate, static (d, v) => d + v)];
        return $"{file.Name,-28} {binary.Length / BytesPerMegabyte,8:f2} {functions,10} {Rate(binary.Length, whole[0]),11:f1} "
            + $"{Rate(binary.Length, Median(whole)),12:f1} {Median(decode),10:f1} {Median(validate),12:f1}";
    }

    private static void Validate(Module module)
    {
        ValidatedModule validated = ModuleValidator.Validate(module);
        for (int i = 0; i < module.Functions.Length; i++)
        {
            validated.EnsureBodyValidated(i);
        }
    }

    private static double Rate(int bytes, double milliseconds) => bytes / BytesPerMegabyte / (milliseconds / 1000);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
