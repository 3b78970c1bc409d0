package otklik.stock;

import static org.elasticsearch.plugins.AnalysisPlugin.requiresAnalysisSettings;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.util.CharTokenizer;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Tokenizers of the stock distribution that the server itself lacks. */
final class Tokenizers {
    private Tokenizers() {}

    static Map<String, AnalysisProvider<TokenizerFactory>> all() {
        var all = new TreeMap<String, AnalysisProvider<TokenizerFactory>>();
        all.put("keyword", tokenizer(settings -> {
            int buffer = settings.getAsInt("buffer_size", KeywordTokenizer.DEFAULT_BUFFER_SIZE);
            return () -> new KeywordTokenizer(buffer);
        }));
        all.put("letter", tokenizer(settings -> LetterTokenizer::new));
        all.put("whitespace", tokenizer(settings -> {
            int longest = settings.getAsInt("max_token_length", CharTokenizer.DEFAULT_MAX_WORD_LEN);
            return () -> new WhitespaceTokenizer(Tokenizer.DEFAULT_TOKEN_ATTRIBUTE_FACTORY, longest);
        }));
        all.put("pattern", tokenizer(settings -> {
            Pattern pattern = Regex.compile(settings.get("pattern", "\\W+"), settings.get("flags"));
            int group = settings.getAsInt("group", -1);
            return () -> new PatternTokenizer(pattern, group);
        }));
        all.put("char_group", requiresAnalysisSettings(tokenizer(Tokenizers::charGroup)));
        all.put("ngram", (index, env, name, settings) -> TokenizerFactory.newFactory(name, ngram(index, settings)));
        all.put("edge_ngram", (index, env, name, settings) -> TokenizerFactory.newFactory(name, edgeNgram(settings)));
        return all;
    }

    private static AnalysisProvider<TokenizerFactory> tokenizer(Function<Settings, Supplier<Tokenizer>> maker) {
        return (index, env, name, settings) -> TokenizerFactory.newFactory(name, maker.apply(settings));
    }

    private static Supplier<Tokenizer> ngram(IndexSettings index, Settings settings) {
        int min = settings.getAsInt("min_gram", NGramTokenizer.DEFAULT_MIN_NGRAM_SIZE);
        int max = settings.getAsInt("max_gram", NGramTokenizer.DEFAULT_MAX_NGRAM_SIZE);
        TokenFilters.checkNgramSpread(index, min, max);
        IntPredicate kept = tokenChars(settings);
        return () -> new NGramTokenizer(min, max) {
            @Override
            protected boolean isTokenChar(int c) {
                return kept.test(c);
            }
        };
    }

    private static Supplier<Tokenizer> edgeNgram(Settings settings) {
        int min = settings.getAsInt("min_gram", NGramTokenizer.DEFAULT_MIN_NGRAM_SIZE);
        int max = settings.getAsInt("max_gram", NGramTokenizer.DEFAULT_MAX_NGRAM_SIZE);
        IntPredicate kept = tokenChars(settings);
        return () -> new EdgeNGramTokenizer(min, max) {
            @Override
            protected boolean isTokenChar(int c) {
                return kept.test(c);
            }
        };
    }

    /** {@code token_chars}: classes of characters that stay in a token; none named means all. */
    private static IntPredicate tokenChars(Settings settings) {
        List<String> names = settings.getAsList("token_chars");
        IntPredicate any = names.isEmpty() ? c -> true : c -> false;
        for (String name : names) {
            any = any.or(name.equals("custom") ? oneOf(settings.get("custom_token_chars", "")) : charClass(name));
        }
        return any;
    }

    private static IntPredicate oneOf(String chars) {
        return c -> chars.indexOf(c) >= 0;
    }

    private static IntPredicate charClass(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "letter" -> Character::isLetter;
            case "digit" -> Character::isDigit;
            case "whitespace" -> Character::isWhitespace;
            case "punctuation" -> c -> PUNCTUATION.contains(Character.getType(c));
            case "symbol" -> c -> SYMBOLS.contains(Character.getType(c));
            default -> throw new IllegalArgumentException("Unknown class of characters: [" + name + "]");
        };
    }

    private static final Set<Integer> PUNCTUATION = Set.of(
        (int) Character.START_PUNCTUATION, (int) Character.END_PUNCTUATION, (int) Character.OTHER_PUNCTUATION,
        (int) Character.CONNECTOR_PUNCTUATION, (int) Character.DASH_PUNCTUATION,
        (int) Character.INITIAL_QUOTE_PUNCTUATION, (int) Character.FINAL_QUOTE_PUNCTUATION);
    private static final Set<Integer> SYMBOLS = Set.of(
        (int) Character.CURRENCY_SYMBOL, (int) Character.MATH_SYMBOL, (int) Character.OTHER_SYMBOL,
        (int) Character.MODIFIER_SYMBOL);

    /** {@code tokenize_on_chars}: single characters, their escapes, or names of classes. */
    private static Supplier<Tokenizer> charGroup(Settings settings) {
        int longest = settings.getAsInt("max_token_length", CharTokenizer.DEFAULT_MAX_WORD_LEN);
        Set<Integer> chars = new HashSet<>();
        IntPredicate separator = chars::contains;
        for (String item : settings.getAsList("tokenize_on_chars")) {
            switch (item) {
                case "\\n" -> chars.add((int) '\n');
                case "\\t" -> chars.add((int) '\t');
                case "\\r" -> chars.add((int) '\r');
                case "\\\\" -> chars.add((int) '\\');
                default -> {
                    if (item.codePointCount(0, item.length()) == 1) {
                        chars.add(item.codePointAt(0));
                    } else {
                        separator = separator.or(charClass(item));
                    }
                }
            }
        }
        IntPredicate splits = separator;
        return () -> new CharTokenizer(Tokenizer.DEFAULT_TOKEN_ATTRIBUTE_FACTORY, longest) {
            @Override
            protected boolean isTokenChar(int c) {
                return splits.test(c) == false;
            }
        };
    }
}
