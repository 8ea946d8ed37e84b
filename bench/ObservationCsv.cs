using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace QuicWasm.Bench;

/// <summary>Rows as CSV: a header in snake case, in the order of <see cref="Observation"/>; decimal points, no quotes where none are needed.</summary>
internal static class ObservationCsv
{
    private static readonly CsvConfiguration Configuration = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>Writes rows.</summary>
    public static string Write(IEnumerable<Observation> rows, bool withHeader)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, Configuration))
        {
            csv.Context.RegisterClassMap<ObservationMap>();
            if (withHeader)
            {
                csv.WriteHeader<Observation>();
                csv.NextRecord();
            }

            foreach (Observation row in rows)
            {
                csv.WriteRecord(row);
                csv.NextRecord();
            }
        }

        return text.ToString();
    }

    /// <summary>Reads rows.</summary>
    /// <param name="text">The file's text, whole lines.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="HarnessException">It is none of ours.</exception>
    public static IReadOnlyList<Observation> Read(string text, string name)
    {
        try
        {
            using var csv = new CsvReader(new StringReader(text), Configuration);
            csv.Context.RegisterClassMap<ObservationMap>();
            return [.. csv.GetRecords<Observation>()];
        }
        catch (CsvHelperException e)
        {
            throw new HarnessException($"{name} has not the rows of this version: {e.Message.Split('\n')[0].Trim()}; give another --out");
        }
    }

    /// <summary>Headers in snake case.</summary>
    private sealed class ObservationMap : ClassMap<Observation>
    {
        public ObservationMap()
        {
            AutoMap(Configuration);
            foreach (MemberMap member in MemberMaps)
            {
                member.Name(JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Data.Member!.Name));
            }
        }
    }
}
