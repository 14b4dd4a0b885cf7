"""Small CLIP and SigLIP models with random weights, saved as the real ones come."""

from __future__ import annotations

from pathlib import Path

_WORDS = ("red", "blue", "dress", "jeans", "a", "photo", "of", "linen", "shirt")


def small_tokenizer(folder: Path, longest: int) -> int:
    """Save a tokenizer of a few words; returns how many."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: n for n, word in enumerate(("<pad>", "<unk>", "<s>", "</s>", *_WORDS))}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", unk_token="<unk>", bos_token="<s>", eos_token="</s>",
        model_max_length=longest,
    ).save_pretrained(folder)  # fmt: skip
    return len(vocabulary)


def small_clip(folder: Path) -> Path:
    """A CLIP of two tiny towers with random weights."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTextConfig, CLIPVisionConfig

    size = small_tokenizer(folder, 16)
    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    text = CLIPTextConfig(
        vocab_size=size, max_position_embeddings=16, bos_token_id=2, eos_token_id=3, pad_token_id=0, **small
    )
    vision = CLIPVisionConfig(image_size=32, patch_size=8, **small)
    torch.manual_seed(1)
    config = CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=24)
    CLIPModel(config).save_pretrained(folder)
    CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(
        folder
    )
    return folder


def small_siglip(folder: Path) -> Path:
    """A SigLIP of two tiny towers with random weights."""
    import torch
    from transformers import (
        SiglipConfig,
        SiglipImageProcessorPil,
        SiglipModel,
        SiglipTextConfig,
        SiglipVisionConfig,
    )

    size = small_tokenizer(folder, 16)
    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    text = SiglipTextConfig(
        vocab_size=size, max_position_embeddings=16, bos_token_id=2, eos_token_id=3, pad_token_id=0,
        projection_size=32, **small,
    )  # fmt: skip
    vision = SiglipVisionConfig(image_size=32, patch_size=8, **small)
    torch.manual_seed(1)
    config = SiglipConfig(text_config=text.to_dict(), vision_config=vision.to_dict())
    SiglipModel(config).save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder
