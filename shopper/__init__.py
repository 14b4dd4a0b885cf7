"""A conversational personal shopper for fashion shops."""
