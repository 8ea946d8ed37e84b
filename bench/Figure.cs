using System.Text;

namespace QuicWasm.Bench;

/// <summary>Draws a question's figure with gnuplot, which reads nothing but the summary's CSV.</summary>
internal static class Figure
{
    private static readonly string[] Formats = ["svg", "pdf"];

    /// <summary>Draws it as SVG and PDF into a folder; gives the SVG.</summary>
    /// <exception cref="HarnessException">gnuplot is not there, or failed; its own words are in the message.</exception>
    public static string Draw(string experiment, string csv, string folder, string name)
    {
        string output = Path.Combine(folder, name);
        foreach (string format in Formats)
        {
            // Variables come before the script, as gnuplot wants them; quotes in paths are doubled.
            string variables = $"csv='{Quoted(csv)}'; out='{Quoted(output)}'; format='{format}'";
            try
            {
                SystemCommand.Run("gnuplot", "-e", $"cd '{Quoted(experiment)}'; {variables}", Path.Combine(experiment, "plot.gp"));
            }
            catch (HarnessException)
            {
                // What gnuplot has begun is no figure.
                File.Delete($"{output}.{format}");
                throw;
            }
        }

        return File.ReadAllText(output + ".svg", Encoding.UTF8);
    }

    /// <summary>The folder of a question, or null.</summary>
    public static string? ExperimentOf(string question) => Directory
        .GetDirectories(Path.Combine(Repository.Root, "experiments"), $"{question}-*")
        .FirstOrDefault(d => File.Exists(Path.Combine(d, "plot.gp")));

    private static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);
}
