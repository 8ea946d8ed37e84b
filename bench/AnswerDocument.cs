using System.Text;

namespace QuicWasm.Bench;

/// <summary>Puts the answers of a run into a Markdown document, between two lines that mark their place.</summary>
internal static class AnswerDocument
{
    /// <summary>The line before them.</summary>
    public const string Begin = "<!-- answers: written by bench report -->";

    /// <summary>The line behind them.</summary>
    public const string End = "<!-- end of answers -->";

    /// <summary>The document with these answers instead of those that it had.</summary>
    /// <exception cref="HarnessException">It has not the two lines.</exception>
    public static string With(string document, IEnumerable<Answer> answers)
    {
        int begin = document.IndexOf(Begin, StringComparison.Ordinal), end = document.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new HarnessException($"the document has no place for the answers: a line \"{Begin}\", and behind it a line \"{End}\"");
        }

        var text = new StringBuilder();
        foreach (Answer answer in answers.Where(a => a.Sentences.Count > 0))
        {
            text.Append("\n### ").Append(answer.Question).Append(" (").AppendJoin(", ", answer.Experiments).Append(")\n\n");
            foreach (string sentence in answer.Sentences)
            {
                text.Append("- ").Append(sentence).Append('\n');
            }
        }

        return $"{document[..(begin + Begin.Length)]}\n{text}\n{document[end..]}";
    }
}
