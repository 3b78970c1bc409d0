package otklik.stock;

import static org.elasticsearch.plugins.AnalysisPlugin.requiresAnalysisSettings;

import java.io.Reader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.AbstractCharFilterFactory;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** {@code mapping} and {@code pattern_replace} (both usable in a normalizer), {@code html_strip}. */
final class CharFilters {
    /** The greedy pattern is stock's: the last {@code =>} of a rule divides it. */
    private static final Pattern RULE = Pattern.compile("(.*)\\s*=>\\s*(.*)\\s*$");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)", Pattern.DOTALL);
    private static final Map<String, String> ESCAPED = Map.of(
        "\\", "\\", "n", "\n", "t", "\t", "r", "\r", "b", "\b", "f", "\f");

    private CharFilters() {}

    static Map<String, AnalysisProvider<CharFilterFactory>> all() {
        var all = new TreeMap<String, AnalysisProvider<CharFilterFactory>>();
        all.put("html_strip", (index, env, name, settings) -> htmlStrip(name, settings));
        all.put("mapping", requiresAnalysisSettings((index, env, name, settings) -> mapping(env, name, settings)));
        all.put("pattern_replace", requiresAnalysisSettings((index, env, name, settings) -> pattern(name, settings)));
        return all;
    }

    private static CharFilterFactory htmlStrip(String name, Settings settings) {
        Set<String> kept = new TreeSet<>(settings.getAsList("escaped_tags"));
        return new AbstractCharFilterFactory(name) {
            @Override
            public Reader create(Reader reader) {
                return new HTMLStripCharFilter(reader, kept);
            }
        };
    }

    private static CharFilterFactory mapping(Environment env, String name, Settings settings) {
        List<String> rules = Analysis.getWordList(env, settings, "mappings");
        if (rules == null) {
            throw new IllegalArgumentException("mapping requires either `mappings` or `mappings_path`");
        }
        var builder = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            Matcher parts = RULE.matcher(rule);
            if (parts.find() == false) {
                throw new IllegalArgumentException("Invalid Mapping Rule : [" + rule + "]");
            }
            builder.add(unescape(parts.group(1).trim()), unescape(parts.group(2).trim()));
        }
        NormalizeCharMap map = builder.build();
        return new Normalizing(name, reader -> new MappingCharFilter(map, reader));
    }

    private static CharFilterFactory pattern(String name, Settings settings) {
        String source = settings.get("pattern");
        if (source == null || source.isEmpty()) {
            throw new IllegalArgumentException("pattern is missing for [" + name + "] char filter of type 'pattern_replace'");
        }
        Pattern pattern = Regex.compile(source, settings.get("flags"));
        String replacement = settings.get("replacement", "");
        return new Normalizing(name, reader -> new PatternReplaceCharFilter(pattern, replacement, reader));
    }

    private static String unescape(String text) {
        return ESCAPE.matcher(text).replaceAll(found -> {
            String code = found.group(1);
            String plain = code.length() == 5
                ? String.valueOf((char) Integer.parseInt(code.substring(1), 16))
                : ESCAPED.get(code);
            if (plain == null) {
                throw new IllegalArgumentException("Invalid escaped char in [" + text + "]");
            }
            return Matcher.quoteReplacement(plain);
        });
    }

    /** A char filter that keywords may use too: normalization does the same as analysis. */
    private static final class Normalizing extends AbstractCharFilterFactory implements NormalizingCharFilterFactory {
        private final UnaryOperator<Reader> wrap;

        Normalizing(String name, UnaryOperator<Reader> wrap) {
            super(name);
            this.wrap = wrap;
        }

        @Override
        public Reader create(Reader reader) {
            return wrap.apply(reader);
        }
    }
}
