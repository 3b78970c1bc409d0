package otklik.stock;

import static org.elasticsearch.plugins.AnalysisPlugin.requiresAnalysisSettings;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.PatternKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.ru.RussianLightStemFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.RussianStemmer;

/** Token filters of the stock distribution that the server itself lacks ({@code stop}, {@code shingle} it has). */
final class TokenFilters {
    private TokenFilters() {}

    static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
        var all = new TreeMap<String, AnalysisProvider<TokenFilterFactory>>();
        all.put("lowercase", normalizing(settings -> {
            refuse(settings, "lowercase", "language");
            return LowerCaseFilter::new;
        }));
        all.put("uppercase", normalizing(settings -> UpperCaseFilter::new));
        all.put("trim", normalizing(settings -> TrimFilter::new));
        all.put("reverse", plain(settings -> ReverseStringFilter::new));
        all.put("length", plain(settings -> {
            int min = settings.getAsInt("min", 0);
            int max = settings.getAsInt("max", Integer.MAX_VALUE);
            return tokens -> new LengthFilter(tokens, min, max);
        }));
        all.put("truncate", plain(settings -> {
            int length = settings.getAsInt("length", 10);
            return tokens -> new TruncateTokenFilter(tokens, length);
        }));
        all.put("unique", plain(settings -> settings.getAsBoolean("only_on_same_position", false)
            ? RemoveDuplicatesTokenFilter::new
            : UniqueFilter::new));
        all.put("stemmer", plain(settings -> stemmer(settings.get("language", settings.get("name", "porter")))));
        all.put("pattern_replace", requiresAnalysisSettings(normalizing(TokenFilters::patternReplace)));
        all.put("asciifolding", (index, env, name, settings) -> asciiFolding(name, settings));
        all.put("ngram", (index, env, name, settings) -> ngram(index, name, settings));
        all.put("edge_ngram", (index, env, name, settings) -> edgeNgram(name, settings));
        all.put("word_delimiter_graph", (index, env, name, settings) -> wordDelimiter(env, name, settings));
        all.put("keyword_marker", requiresAnalysisSettings((index, env, name, settings) ->
            new Filter(name, settings, keywordMarker(env, settings))));
        all.put("synonym", requiresAnalysisSettings((index, env, name, settings) ->
            new Synonyms(env, name, settings, false)));
        all.put("synonym_graph", requiresAnalysisSettings((index, env, name, settings) ->
            new Synonyms(env, name, settings, true)));
        return all;
    }

    /** {@code index.max_ngram_diff} keeps an index from drowning in n-grams; stock checks it the same way. */
    static void checkNgramSpread(IndexSettings index, int min, int max) {
        if (max - min > index.getMaxNgramDiff()) {
            throw new IllegalArgumentException("The difference between max_gram and min_gram in NGram Tokenizer must be "
                + "less than or equal to: [" + index.getMaxNgramDiff() + "] but was [" + (max - min) + "]. "
                + "This limit can be set by changing the [index.max_ngram_diff] index level setting.");
        }
    }

    private static UnaryOperator<TokenStream> stemmer(String language) {
        return switch (language.toLowerCase(Locale.ROOT)) {
            case "russian" -> tokens -> new SnowballFilter(tokens, new RussianStemmer());
            case "light_russian", "lightrussian" -> RussianLightStemFilter::new;
            case "english", "porter" -> PorterStemFilter::new;
            case "porter2" -> tokens -> new SnowballFilter(tokens, new EnglishStemmer());
            case "light_english", "lightenglish", "kstem" -> KStemFilter::new;
            case "minimal_english", "minimalenglish" -> EnglishMinimalStemFilter::new;
            case "possessive_english", "possessiveenglish" -> EnglishPossessiveFilter::new;
            default -> throw new IllegalArgumentException("This development build has no stemmer [" + language + "]");
        };
    }

    private static UnaryOperator<TokenStream> patternReplace(Settings settings) {
        String source = settings.get("pattern");
        if (source == null) {
            throw new IllegalArgumentException("pattern is missing for a token filter of type 'pattern_replace'");
        }
        Pattern pattern = Regex.compile(source, settings.get("flags"));
        String replacement = settings.get("replacement", "");
        boolean everywhere = settings.getAsBoolean("all", true);
        return tokens -> new PatternReplaceFilter(tokens, pattern, replacement, everywhere);
    }

    private static UnaryOperator<TokenStream> keywordMarker(Environment env, Settings settings) {
        boolean ignoreCase = settings.getAsBoolean("ignore_case", false);
        String pattern = settings.get("keywords_pattern");
        Set<?> words = Analysis.getWordSet(env, settings, "keywords");
        if ((pattern == null) == (words == null)) {
            throw new IllegalArgumentException("keyword_marker requires exactly one of `keywords`, `keywords_path`, `keywords_pattern`");
        }
        if (pattern != null) {
            Pattern compiled = Pattern.compile(pattern);
            return tokens -> new PatternKeywordMarkerFilter(tokens, compiled);
        }
        CharArraySet set = new CharArraySet(words, ignoreCase);
        return tokens -> new SetKeywordMarkerFilter(tokens, set);
    }

    private static TokenFilterFactory asciiFolding(String name, Settings settings) {
        boolean preserve = settings.getAsBoolean("preserve_original", false);
        return new NormalizingFilter(name, settings, tokens -> new ASCIIFoldingFilter(tokens, preserve)) {
            @Override
            public TokenStream normalize(TokenStream tokens) {
                return new ASCIIFoldingFilter(tokens, false); // a keyword is one token, never two
            }
        };
    }

    private static TokenFilterFactory ngram(IndexSettings index, String name, Settings settings) {
        int min = settings.getAsInt("min_gram", 1);
        int max = settings.getAsInt("max_gram", 2);
        boolean preserve = settings.getAsBoolean("preserve_original", false);
        checkNgramSpread(index, min, max);
        return new Multiplying(name, settings, tokens -> new NGramTokenFilter(tokens, min, max, preserve));
    }

    private static TokenFilterFactory edgeNgram(String name, Settings settings) {
        int min = settings.getAsInt("min_gram", 1);
        int max = settings.getAsInt("max_gram", 2);
        boolean preserve = settings.getAsBoolean("preserve_original", false);
        boolean back = settings.get("side", "front").equals("back");
        return new Multiplying(name, settings, tokens -> {
            TokenStream from = back ? new ReverseStringFilter(tokens) : tokens;
            TokenStream grams = new EdgeNGramTokenFilter(from, min, max, preserve);
            return back ? new ReverseStringFilter(grams) : grams;
        });
    }

    private static TokenFilterFactory wordDelimiter(Environment env, String name, Settings settings) {
        refuse(settings, name, "type_table", "type_table_path");
        int flags = flag(settings, "generate_word_parts", true, WordDelimiterGraphFilter.GENERATE_WORD_PARTS)
            | flag(settings, "generate_number_parts", true, WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS)
            | flag(settings, "catenate_words", false, WordDelimiterGraphFilter.CATENATE_WORDS)
            | flag(settings, "catenate_numbers", false, WordDelimiterGraphFilter.CATENATE_NUMBERS)
            | flag(settings, "catenate_all", false, WordDelimiterGraphFilter.CATENATE_ALL)
            | flag(settings, "split_on_case_change", true, WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE)
            | flag(settings, "preserve_original", false, WordDelimiterGraphFilter.PRESERVE_ORIGINAL)
            | flag(settings, "split_on_numerics", true, WordDelimiterGraphFilter.SPLIT_ON_NUMERICS)
            | flag(settings, "stem_english_possessive", true, WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE)
            | flag(settings, "ignore_keywords", false, WordDelimiterGraphFilter.IGNORE_KEYWORDS);
        Set<?> words = Analysis.getWordSet(env, settings, "protected_words");
        CharArraySet whole = words == null ? null : CharArraySet.copy(words);
        boolean offsets = settings.getAsBoolean("adjust_offsets", true);
        return new Multiplying(name, settings, tokens -> new WordDelimiterGraphFilter(
            tokens, offsets, WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE, flags, whole));
    }

    private static int flag(Settings settings, String key, boolean fallback, int bit) {
        return settings.getAsBoolean(key, fallback) ? bit : 0;
    }

    private static void refuse(Settings settings, String name, String... keys) {
        for (String key : keys) {
            if (settings.hasValue(key) || settings.getAsList(key).isEmpty() == false) {
                throw new IllegalArgumentException("[" + key + "] of [" + name + "] is not in this development build");
            }
        }
    }

    private static AnalysisProvider<TokenFilterFactory> plain(Function<Settings, UnaryOperator<TokenStream>> maker) {
        return (index, env, name, settings) -> new Filter(name, settings, maker.apply(settings));
    }

    private static AnalysisProvider<TokenFilterFactory> normalizing(Function<Settings, UnaryOperator<TokenStream>> maker) {
        return (index, env, name, settings) -> new NormalizingFilter(name, settings, maker.apply(settings));
    }

    private static class Filter extends AbstractTokenFilterFactory {
        private final UnaryOperator<TokenStream> wrap;

        Filter(String name, Settings settings, UnaryOperator<TokenStream> wrap) {
            super(name, settings);
            this.wrap = wrap;
        }

        @Override
        public TokenStream create(TokenStream tokens) {
            return wrap.apply(tokens);
        }
    }

    /** Works on one token at a time, so keyword fields may use it in a normalizer. */
    private static class NormalizingFilter extends Filter implements NormalizingTokenFilterFactory {
        NormalizingFilter(String name, Settings settings, UnaryOperator<TokenStream> wrap) {
            super(name, settings, wrap);
        }
    }

    /** Makes several tokens of one, so rules of synonyms cannot be read through it. */
    private static final class Multiplying extends Filter {
        Multiplying(String name, Settings settings, UnaryOperator<TokenStream> wrap) {
            super(name, settings, wrap);
        }

        @Override
        public boolean breaksFastVectorHighlighter() {
            return true;
        }

        @Override
        public TokenFilterFactory getSynonymFilter() {
            throw new IllegalArgumentException("Token filter [" + name() + "] cannot be used to parse synonyms");
        }
    }
}
